// Command kafka runs kfake, the broker that the Kafka client franz-go is tested with.
// It speaks Kafka's protocol and keeps its topics on disk, but it is not Apache Kafka:
// one node, no replication.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/twmb/franz-go/pkg/kfake"
)

func main() {
	port := flag.Int("port", 9092, "`port` on 127.0.0.1")
	dir := flag.String("dir", "", "`folder` of the topics")
	topic := flag.String("topic", "activity", "`name` of the topic to create")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	broker, err := kfake.NewCluster(
		kfake.NumBrokers(1), kfake.Ports(*port), kfake.SeedTopics(3, *topic),
		kfake.DataDir(*dir), kfake.SyncWrites(), kfake.WithLogger(kfake.BasicLogger(os.Stderr, kfake.LogLevelInfo)),
	)
	if err != nil {
		fmt.Fprintln(os.Stderr, "kafka:", err)
		os.Exit(1)
	}
	<-ctx.Done()
	broker.Close()
}
