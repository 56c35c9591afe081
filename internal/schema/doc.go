// Package schema names everything that a log record has, and says where each field
// of the unified model goes: to which attribute here, and to which field of ECS and
// OCSF behind a pipeline that translates. The receiver builds records with these
// names, and docs/schema.md is generated from the tables.
package schema
