#!/usr/bin/env bash
# Generated from the catalogue: change that and run `make generate`.
#
# Gives each service the rights on Kafka that it needs, and no others. Given twice they do no harm; a right that a
# release before had given and this one does not name stays.
#
#   rights.sh --bootstrap-server kafka:9092 --command-config admin.properties
#
# KAFKA_ACLS is the path of Kafka's kafka-acls.sh; REGISTRY_PRINCIPAL=User:CN=registry and so on name other users.
# The rights are those on the topics of the generation that ISOPOLITY_TOPIC_GENERATION names, the first without it.
set -euo pipefail
connection=("$@")
generation=${ISOPOLITY_TOPIC_GENERATION:-1}
if [[ $generation == 1 ]]; then generation=""; else generation=.g$generation; fi

allow() { # PRINCIPAL OPERATION RESOURCES…
    local principal=$1 operation=$2
    shift 2
    "${KAFKA_ACLS:-kafka-acls.sh}" "${connection[@]}" --add --allow-principal "$principal" --operation "$operation" "$@"
}

allow "${REGISTRY_PRINCIPAL:-User:registry}" Write \
    --topic "isopolity.registry.city$generation" \
    --topic "isopolity.registry.partner$generation" \
    --topic "isopolity.registry.request$generation" \
    --topic "isopolity.registry.twinning$generation" \
    --topic "isopolity.registry.contact$generation" \
    --topic "isopolity.registry.confirmation$generation" \
    --topic "isopolity.registry.sign-in$generation" \
    --topic "isopolity.registry.revocation$generation" \
    --topic "isopolity.registry.canary$generation" \
    --transactional-id isopolity.registry.relay

allow "${REGISTRY_PRINCIPAL:-User:registry}" Read \
    --topic "isopolity.registry.city$generation" \
    --topic "isopolity.registry.partner$generation" \
    --topic "isopolity.registry.request$generation" \
    --topic "isopolity.registry.twinning$generation" \
    --topic "isopolity.registry.contact$generation" \
    --topic "isopolity.registry.confirmation$generation" \
    --topic "isopolity.registry.sign-in$generation" \
    --topic "isopolity.registry.revocation$generation" \
    --topic "isopolity.registry.canary$generation"

allow "${REGISTRY_PRINCIPAL:-User:registry}" Describe \
    --group isopolity.matching \
    --group isopolity.notify

allow "${MATCHING_PRINCIPAL:-User:matching}" Write \
    --topic "isopolity.matching.proposal$generation" \
    --topic "isopolity.matching.partnership$generation" \
    --topic "isopolity.matching.interest$generation" \
    --topic "isopolity.matching.canary$generation" \
    --topic "isopolity.matching.dead-letter$generation" \
    --topic "isopolity.registry.city$generation" \
    --topic "isopolity.registry.partner$generation" \
    --topic "isopolity.registry.request$generation" \
    --topic "isopolity.registry.twinning$generation" \
    --topic "isopolity.notify.response$generation" \
    --topic "isopolity.notify.delivery$generation" \
    --topic "isopolity.registry.canary$generation" \
    --topic "isopolity.notify.canary$generation" \
    --transactional-id isopolity.matching.relay

allow "${MATCHING_PRINCIPAL:-User:matching}" Read \
    --topic "isopolity.matching.proposal$generation" \
    --topic "isopolity.matching.partnership$generation" \
    --topic "isopolity.matching.interest$generation" \
    --topic "isopolity.matching.canary$generation" \
    --topic "isopolity.matching.dead-letter$generation" \
    --topic "isopolity.registry.city$generation" \
    --topic "isopolity.registry.partner$generation" \
    --topic "isopolity.registry.request$generation" \
    --topic "isopolity.registry.twinning$generation" \
    --topic "isopolity.registry.contact$generation" \
    --topic "isopolity.registry.revocation$generation" \
    --topic "isopolity.notify.response$generation" \
    --topic "isopolity.notify.delivery$generation" \
    --topic "isopolity.registry.canary$generation" \
    --topic "isopolity.notify.canary$generation" \
    --group isopolity.matching

allow "${MATCHING_PRINCIPAL:-User:matching}" Describe \
    --group isopolity.notify

allow "${NOTIFY_PRINCIPAL:-User:notify}" Write \
    --topic "isopolity.notify.response$generation" \
    --topic "isopolity.notify.delivery$generation" \
    --topic "isopolity.notify.canary$generation" \
    --topic "isopolity.notify.dead-letter$generation" \
    --topic "isopolity.registry.city$generation" \
    --topic "isopolity.registry.partner$generation" \
    --topic "isopolity.registry.contact$generation" \
    --topic "isopolity.matching.proposal$generation" \
    --topic "isopolity.matching.partnership$generation" \
    --topic "isopolity.matching.interest$generation" \
    --topic "isopolity.registry.confirmation$generation" \
    --topic "isopolity.registry.sign-in$generation" \
    --topic "isopolity.matching.canary$generation" \
    --transactional-id isopolity.notify.relay

allow "${NOTIFY_PRINCIPAL:-User:notify}" Read \
    --topic "isopolity.notify.response$generation" \
    --topic "isopolity.notify.delivery$generation" \
    --topic "isopolity.notify.canary$generation" \
    --topic "isopolity.notify.dead-letter$generation" \
    --topic "isopolity.registry.city$generation" \
    --topic "isopolity.registry.partner$generation" \
    --topic "isopolity.registry.contact$generation" \
    --topic "isopolity.registry.confirmation$generation" \
    --topic "isopolity.registry.sign-in$generation" \
    --topic "isopolity.registry.revocation$generation" \
    --topic "isopolity.matching.proposal$generation" \
    --topic "isopolity.matching.partnership$generation" \
    --topic "isopolity.matching.interest$generation" \
    --topic "isopolity.matching.canary$generation" \
    --group isopolity.notify

allow "${NOTIFY_PRINCIPAL:-User:notify}" Describe \
    --group isopolity.matching

allow "${PORTAL_PRINCIPAL:-User:portal}" Write \
    --transactional-id isopolity.portal.relay

allow "${PORTAL_PRINCIPAL:-User:portal}" Read \
    --topic "isopolity.registry.revocation$generation"

allow "${TOPICS_PRINCIPAL:-User:topics}" Create \
    --resource-pattern-type prefixed \
    --topic isopolity.

allow "${TOPICS_PRINCIPAL:-User:topics}" Describe \
    --resource-pattern-type prefixed \
    --topic isopolity.

allow "${TOPICS_PRINCIPAL:-User:topics}" Write \
    --resource-pattern-type prefixed \
    --topic isopolity.

allow "${TOPICS_PRINCIPAL:-User:topics}" Read \
    --resource-pattern-type prefixed \
    --topic isopolity.

allow "${TOPICS_PRINCIPAL:-User:topics}" Read \
    --resource-pattern-type prefixed \
    --group isopolity.

allow "${COMMAND_PRINCIPAL:-User:command}" Read \
    --resource-pattern-type prefixed \
    --topic isopolity.

allow "${COMMAND_PRINCIPAL:-User:command}" Describe \
    --resource-pattern-type prefixed \
    --group isopolity.
