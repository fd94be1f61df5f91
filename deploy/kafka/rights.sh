#!/usr/bin/env bash
# Generated from the catalogue: change that and run `make generate`.
#
# Gives each service the rights on Kafka that it needs, and no others. Given twice they do no harm; a right that a
# release before had given and this one does not name stays.
#
#   rights.sh --bootstrap-server kafka:9092 --command-config admin.properties
#
# KAFKA_ACLS is the path of Kafka's kafka-acls.sh; REGISTRY_PRINCIPAL=User:CN=registry and so on name other users.
set -euo pipefail
connection=("$@")

allow() { # PRINCIPAL OPERATION RESOURCES…
    local principal=$1 operation=$2
    shift 2
    "${KAFKA_ACLS:-kafka-acls.sh}" "${connection[@]}" --add --allow-principal "$principal" --operation "$operation" "$@"
}

allow "${REGISTRY_PRINCIPAL:-User:registry}" Write \
    --topic isopolity.registry.city \
    --topic isopolity.registry.partner \
    --topic isopolity.registry.request \
    --topic isopolity.registry.twinning \
    --topic isopolity.registry.contact \
    --topic isopolity.registry.confirmation \
    --topic isopolity.registry.sign-in \
    --topic isopolity.registry.revocation \
    --topic isopolity.registry.canary \
    --transactional-id isopolity.registry.relay

allow "${REGISTRY_PRINCIPAL:-User:registry}" Read \
    --topic isopolity.registry.city \
    --topic isopolity.registry.partner \
    --topic isopolity.registry.request \
    --topic isopolity.registry.twinning \
    --topic isopolity.registry.contact \
    --topic isopolity.registry.confirmation \
    --topic isopolity.registry.sign-in \
    --topic isopolity.registry.revocation \
    --topic isopolity.registry.canary

allow "${REGISTRY_PRINCIPAL:-User:registry}" Describe \
    --group isopolity.matching \
    --group isopolity.notify

allow "${MATCHING_PRINCIPAL:-User:matching}" Write \
    --topic isopolity.matching.proposal \
    --topic isopolity.matching.partnership \
    --topic isopolity.matching.interest \
    --topic isopolity.matching.canary \
    --topic isopolity.matching.dead-letter \
    --topic isopolity.registry.city \
    --topic isopolity.registry.partner \
    --topic isopolity.registry.request \
    --topic isopolity.registry.twinning \
    --topic isopolity.notify.response \
    --topic isopolity.notify.delivery \
    --topic isopolity.registry.canary \
    --topic isopolity.notify.canary \
    --transactional-id isopolity.matching.relay

allow "${MATCHING_PRINCIPAL:-User:matching}" Read \
    --topic isopolity.matching.proposal \
    --topic isopolity.matching.partnership \
    --topic isopolity.matching.interest \
    --topic isopolity.matching.canary \
    --topic isopolity.matching.dead-letter \
    --topic isopolity.registry.city \
    --topic isopolity.registry.partner \
    --topic isopolity.registry.request \
    --topic isopolity.registry.twinning \
    --topic isopolity.registry.contact \
    --topic isopolity.registry.revocation \
    --topic isopolity.notify.response \
    --topic isopolity.notify.delivery \
    --topic isopolity.registry.canary \
    --topic isopolity.notify.canary \
    --group isopolity.matching

allow "${MATCHING_PRINCIPAL:-User:matching}" Describe \
    --group isopolity.notify

allow "${NOTIFY_PRINCIPAL:-User:notify}" Write \
    --topic isopolity.notify.response \
    --topic isopolity.notify.delivery \
    --topic isopolity.notify.canary \
    --topic isopolity.notify.dead-letter \
    --topic isopolity.registry.contact \
    --topic isopolity.matching.proposal \
    --topic isopolity.matching.partnership \
    --topic isopolity.matching.interest \
    --topic isopolity.registry.confirmation \
    --topic isopolity.registry.sign-in \
    --topic isopolity.matching.canary \
    --transactional-id isopolity.notify.relay

allow "${NOTIFY_PRINCIPAL:-User:notify}" Read \
    --topic isopolity.notify.response \
    --topic isopolity.notify.delivery \
    --topic isopolity.notify.canary \
    --topic isopolity.notify.dead-letter \
    --topic isopolity.registry.contact \
    --topic isopolity.registry.confirmation \
    --topic isopolity.registry.sign-in \
    --topic isopolity.registry.revocation \
    --topic isopolity.matching.proposal \
    --topic isopolity.matching.partnership \
    --topic isopolity.matching.interest \
    --topic isopolity.matching.canary \
    --group isopolity.notify

allow "${NOTIFY_PRINCIPAL:-User:notify}" Describe \
    --group isopolity.matching

allow "${PORTAL_PRINCIPAL:-User:portal}" Write \
    --transactional-id isopolity.portal.relay

allow "${PORTAL_PRINCIPAL:-User:portal}" Read \
    --topic isopolity.registry.revocation

allow "${TOPICS_PRINCIPAL:-User:topics}" Create \
    --resource-pattern-type prefixed \
    --topic isopolity.

allow "${TOPICS_PRINCIPAL:-User:topics}" Describe \
    --resource-pattern-type prefixed \
    --topic isopolity.

allow "${COMMAND_PRINCIPAL:-User:command}" Read \
    --resource-pattern-type prefixed \
    --topic isopolity.

allow "${COMMAND_PRINCIPAL:-User:command}" Describe \
    --resource-pattern-type prefixed \
    --group isopolity.
