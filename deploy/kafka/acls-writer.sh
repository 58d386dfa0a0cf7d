#!/bin/sh
# Rights of User:flagship: the agent, which writes.
# KAFKA is a broker, ADMIN a file with the settings of a client that may grant (ALTER on the cluster).
set -eu
allow() { kafka-acls.sh --bootstrap-server "$KAFKA" --command-config "$ADMIN" --add --allow-principal User:flagship "$@"; }
allow --operation Write --operation Describe --topic envoy.access --topic envoy.log --topic envoy.unparsed --topic envoy.loss
