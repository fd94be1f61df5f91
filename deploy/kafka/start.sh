#!/usr/bin/env bash
# Starts the broker of the compose file in the image apache/kafka: each service signs in as itself, with the password in
# /run/secrets/kafka-SERVICE, and has the rights of rights.sh and no others. Changed passwords count from the next start on.
#
# `admin` may do everything. It signs in on the loopback interface of this container alone, with a password that is made
# anew at each start and stands nowhere else.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tools=/opt/kafka/bin ready=/tmp/ready login=/tmp/admin.properties
secrets=(/run/secrets/kafka-*)
umask 077
rm -f "$ready"

admin=$(< /proc/sys/kernel/random/uuid)
module="org.apache.kafka.common.security.plain.PlainLoginModule required username=\"admin\" password=\"$admin\""
export KAFKA_LISTENER_NAME_CONTROLLER_PLAIN_SASL_JAAS_CONFIG="$module user_admin=\"$admin\";"
export KAFKA_LISTENER_NAME_INSIDE_PLAIN_SASL_JAAS_CONFIG="$module user_admin=\"$admin\";"
export KAFKA_LISTENER_NAME_CLIENTS_SCRAM___SHA___512_SASL_JAAS_CONFIG="org.apache.kafka.common.security.scram.ScramLoginModule required;"
printf 'security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.jaas.config=%s;\n' "$module" > "$login"

give_rights() { # once for each set of users, passwords and rights: Kafka's tools take seconds each
    local server=(--bootstrap-server 127.0.0.1:9094 --command-config "$login")
    local given=$KAFKA_LOG_DIRS/isopolity-rights wanted
    wanted="${ISOPOLITY_TOPIC_GENERATION:-1} $(sha256sum "$here/rights.sh" "${secrets[@]}")"
    until "$tools/kafka-acls.sh" "${server[@]}" --list > /dev/null 2>&1; do sleep 1; done
    if [[ ! -f $given || $(< "$given") != "$wanted" ]]; then
        for secret in "${secrets[@]}"; do
            echo "SCRAM-SHA-512=password=$(< "$secret")" > /tmp/credential
            "$tools/kafka-configs.sh" "${server[@]}" --alter --entity-type users --entity-name "${secret##*/kafka-}" \
                --add-config-file /tmp/credential
        done
        rm /tmp/credential
        KAFKA_ACLS=$tools/kafka-acls.sh bash "$here/rights.sh" "${server[@]}" > /dev/null
        echo "$wanted" > "$given"
    fi
    touch "$ready"
}

(give_rights || { echo "start.sh: users and rights could not be given; the broker stops." >&2; kill 1; }) &
exec /etc/kafka/docker/run
