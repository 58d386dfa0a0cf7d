#!/bin/sh
# Rights of User:flagship-reader: consumer group flagship.
# KAFKA is a broker, ADMIN a file with the settings of a client that may grant (ALTER on the cluster).
set -eu
allow() { kafka-acls.sh --bootstrap-server "$KAFKA" --command-config "$ADMIN" --add --allow-principal User:flagship-reader "$@"; }
allow --operation Read --operation Describe --topic envoy.access --topic envoy.log --topic envoy.unparsed --topic envoy.loss
allow --operation Read --group flagship
