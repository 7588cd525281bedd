#!/usr/bin/env bash
# The story of tests/matrix/README.md with the AWS CLI as it comes: $1 is the name of the stream to make. Version 1 and 2
# alike have no subscribe-to-shard, so that consumers are only registered here.
set -euo pipefail

name=$1
first=shardId-000000000000
middle=170141183460469231731687303715884105728
quarter=85070591730234615865843651857942052864

kinesis() { aws kinesis "$@" --output text; }
done_with() { echo "done: $1"; }

fail() {
    echo "$*" >&2
    exit 1
}

expect() { [ "$1" = "$2" ] || fail "expected '$2', got '$1'"; }

# wait_active OPEN_SHARDS
wait_active() {
    local summary
    for _ in $(seq 100); do
        summary=$(kinesis describe-stream-summary --stream-name "$name" \
            --query 'StreamDescriptionSummary.[StreamStatus, OpenShardCount]')
        [ "$summary" != "ACTIVE"$'\t'"$1" ] || return 0
    done
    fail "not ACTIVE with $1 open shards: $summary"
}

put() { kinesis put-record --stream-name "$name" --partition-key key --data "$1" --explicit-hash-key "$2" --query "$3"; }

# read_from SHARD TYPE MORE... : the data there, decoded, one word a record
read_from() {
    local iterator shard=$1 kind=$2
    shift 2
    iterator=$(kinesis get-shard-iterator --stream-name "$name" --shard-id "$shard" --shard-iterator-type "$kind" "$@")
    kinesis get-records --shard-iterator "$iterator" --query 'Records[].Data' | tr '\t' '\n' |
        while read -r data; do [ "$data" = None ] || printf '%s ' "$(base64 --decode <<<"$data")"; done
}

# caught CODE COMMAND... : the command fails with that error of the service
caught() {
    local code=$1 said
    shift
    if said=$(aws kinesis "$@" 2>&1); then fail "$* did not fail"; fi
    [[ $said == *"An error occurred ($code) when calling the "* ]] || fail "expected $code, got: $said"
}

echo "client: $(aws --version | tr / ' ' | cut -d' ' -f1-2)"
kinesis create-stream --stream-name "$name" --shard-count 2
wait_active 2
done_with create

first_number=$(put one 0 SequenceNumber)
done_with put

batch=$(kinesis put-records --stream-name "$name" --query 'Records[].ShardId' --records \
    "Data=two,PartitionKey=key,ExplicitHashKey=0" "Data=three,PartitionKey=key,ExplicitHashKey=$middle")
expect "$batch" "$first"$'\t'shardId-000000000001
done_with "batch put"

expect "$(read_from $first TRIM_HORIZON)" "one two "
expect "$(read_from $first AT_SEQUENCE_NUMBER --starting-sequence-number "$first_number")" "one two "
expect "$(read_from $first AFTER_SEQUENCE_NUMBER --starting-sequence-number "$first_number")" "two "
expect "$(read_from $first AT_TIMESTAMP --timestamp "$(date --date=-1hour +%s)")" "one two "
latest=$(kinesis get-shard-iterator --stream-name "$name" --shard-id $first --shard-iterator-type LATEST)
put four 0 ShardId >/dev/null
expect "$(kinesis get-records --shard-iterator "$latest" --query 'Records[].Data' | base64 --decode)" four
done_with iterators

kinesis split-shard --stream-name "$name" --shard-to-split $first --new-starting-hash-key $quarter
wait_active 3
done_with split
kinesis merge-shards --stream-name "$name" --shard-to-merge shardId-000000000002 \
    --adjacent-shard-to-merge shardId-000000000003
wait_active 2
done_with merge
kinesis update-shard-count --stream-name "$name" --target-shard-count 4 --scaling-type UNIFORM_SCALING >/dev/null
wait_active 4
done_with "update shard count"

put five $quarter ShardId >/dev/null
closed=$(kinesis list-shards --stream-name "$name" \
    --query 'Shards[?SequenceNumberRange.EndingSequenceNumber].ShardId | [0]')
expect "$closed" $first
open=$(put six $quarter ShardId)
expect "$(for shard in "$closed" "$open"; do read_from "$shard" TRIM_HORIZON; done)" "one two four five six "
done_with polling

arn=$(kinesis describe-stream-summary --stream-name "$name" --query StreamDescriptionSummary.StreamARN)
kinesis register-stream-consumer --stream-arn "$arn" --consumer-name matrix >/dev/null
expect "$(kinesis list-stream-consumers --stream-arn "$arn" --query 'Consumers[].ConsumerName')" matrix
kinesis deregister-stream-consumer --stream-arn "$arn" --consumer-name matrix
done_with "register consumer"

kinesis add-tags-to-stream --stream-name "$name" --tags stage=test,team=data
kinesis remove-tags-from-stream --stream-name "$name" --tag-keys stage
expect "$(kinesis list-tags-for-stream --stream-name "$name" --query 'Tags[].[Key, Value]')" team$'\t'data
done_with tags

caught ResourceNotFoundException describe-stream-summary --stream-name "$name-absent"
caught ResourceInUseException create-stream --stream-name "$name" --shard-count 1
caught InvalidArgumentException get-records --shard-iterator "not an iterator"
caught ValidationException create-stream --stream-name "not a name!" --shard-count 1
done_with "typed errors"

kinesis delete-stream --stream-name "$name" --enforce-consumer-deletion
for _ in $(seq 100); do
    kinesis describe-stream-summary --stream-name "$name" >/dev/null 2>&1 || break
done
caught ResourceNotFoundException describe-stream-summary --stream-name "$name"
done_with delete
