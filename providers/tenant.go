package providers

import (
	"crypto/sha256"
	"encoding/hex"
)

// CredentialTenant returns a Source.Tenant for an account that no configuration key
// names, and whose event ids are not unique over all accounts: a digest of the
// credential. It tells nothing about the credential and changes with it, so a
// provider offers a key for the account's own id and takes this only without one.
func CredentialTenant(credential string) string {
	sum := sha256.Sum256([]byte("tenant\x00" + credential))
	return "credential-" + hex.EncodeToString(sum[:8])
}
