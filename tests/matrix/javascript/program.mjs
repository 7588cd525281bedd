// The story of tests/matrix/README.md with the AWS SDK for JavaScript v3 as it comes: argv[2] is the stream to make.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import * as sdk from "@aws-sdk/client-kinesis";

const DEADLINE_MILLISECONDS = 30_000;
const FIRST_SHARD = "shardId-000000000000";
const SECOND_SHARD = "shardId-000000000001";
const MIDDLE = 2n ** 127n;
const QUARTER = 2n ** 126n;

const StreamName = process.argv[2];
const kinesis = new sdk.Kinesis();
const sent = []; // the data of every record put, as text in Latin-1

const text = (bytes) => Buffer.from(bytes).toString("latin1");
const dataOf = (records) => records.map((record) => text(record.Data));
const sorted = (list) => [...list].sort();
const done = (step) => console.log(`done: ${step}`);

async function waitFor(condition) {
  for (const deadline = Date.now() + DEADLINE_MILLISECONDS; !(await condition()); await sleep(50)) {
    assert(Date.now() < deadline, "the time is up");
  }
}

async function summary() {
  return (await kinesis.describeStreamSummary({ StreamName })).StreamDescriptionSummary;
}

async function waitActive(openShards) {
  await waitFor(async () => (await summary()).StreamStatus === "ACTIVE");
  assert.equal((await summary()).OpenShardCount, openShards);
}

function put(data, hashKey) {
  sent.push(text(data));
  return kinesis.putRecord({ StreamName, Data: data, PartitionKey: "κλειδί", ExplicitHashKey: String(hashKey) });
}

async function iterator(ShardId, ShardIteratorType, more = {}) {
  return (await kinesis.getShardIterator({ StreamName, ShardId, ShardIteratorType, ...more })).ShardIterator;
}

async function create() {
  await kinesis.createStream({ StreamName, ShardCount: 2 });
  await waitActive(2);
}

async function putOne() {
  const answer = await put(Uint8Array.from({ length: 256 }, (_, index) => index), 0);
  assert.equal(answer.ShardId, FIRST_SHARD);
  return answer.SequenceNumber;
}

async function putBatch() {
  const data = Array.from({ length: 10 }, (_, number) => Buffer.from(`batch-${number}`));
  const Records = data.map((item, number) => (
    { Data: item, PartitionKey: `key-${number}`, ExplicitHashKey: number % 2 ? String(MIDDLE) : "0" }));
  const answer = await kinesis.putRecords({ StreamName, Records });
  assert.equal(answer.FailedRecordCount, 0);
  assert.deepEqual(answer.Records.map((record) => record.ShardId),
    data.map((_, number) => (number % 2 ? SECOND_SHARD : FIRST_SHARD)));
  sent.push(...data.map(text));
}

async function iterators(firstNumber) {
  const read = async (ShardIterator) => kinesis.getRecords({ ShardIterator });
  const { Records: records } = await read(await iterator(FIRST_SHARD, "TRIM_HORIZON"));
  const expected = sent.filter((_, index) => index === 0 || index % 2 === 1);
  assert.deepEqual(dataOf(records), expected);
  assert.equal(records[0].PartitionKey, "κλειδί");
  assert.equal(records[0].SequenceNumber, firstNumber);
  const kinds = [
    ["AT_SEQUENCE_NUMBER", { StartingSequenceNumber: firstNumber }, expected],
    ["AFTER_SEQUENCE_NUMBER", { StartingSequenceNumber: firstNumber }, expected.slice(1)],
    ["AT_TIMESTAMP", { Timestamp: records[0].ApproximateArrivalTimestamp }, expected],
  ];
  for (const [kind, position, wanted] of kinds) {
    assert.deepEqual(dataOf((await read(await iterator(FIRST_SHARD, kind, position))).Records), wanted, kind);
  }
  const tip = await read(await iterator(FIRST_SHARD, "LATEST"));
  assert.deepEqual(tip.Records, []);
  await put(Buffer.from("latest"), 0);
  assert.deepEqual(dataOf((await read(tip.NextShardIterator)).Records), ["latest"]);
}

async function split() {
  await kinesis.splitShard({ StreamName, ShardToSplit: FIRST_SHARD, NewStartingHashKey: String(QUARTER) });
  await waitActive(3);
}

async function merge() {
  await kinesis.mergeShards({ StreamName, ShardToMerge: "shardId-000000000002",
    AdjacentShardToMerge: "shardId-000000000003" });
  await waitActive(2);
}

async function updateShardCount() {
  await kinesis.updateShardCount({ StreamName, TargetShardCount: 4, ScalingType: "UNIFORM_SCALING" });
  await waitActive(4);
  for (let number = 0; number < 4; ++number) {
    await put(Buffer.from(`after-${number}`), BigInt(number) * QUARTER);
  }
}

async function listShards() {
  const shards = [];
  for (let request = { StreamName, MaxResults: 3 }; request;) {
    const answer = await kinesis.listShards(request);
    shards.push(...answer.Shards);
    request = answer.NextToken && { NextToken: answer.NextToken, MaxResults: 3 };
  }
  return shards;
}

const isClosed = (shard) => shard.SequenceNumberRange.EndingSequenceNumber !== undefined;

async function pollShard(shard) {
  const found = [];
  for (let position = await iterator(shard.ShardId, "TRIM_HORIZON"); ;) {
    const answer = await kinesis.getRecords({ ShardIterator: position });
    found.push(...dataOf(answer.Records));
    position = answer.NextShardIterator;
    if (!position) {
      assert(isClosed(shard) && answer.ChildShards.length > 0);
      return found;
    }
    if (answer.MillisBehindLatest === 0 && !isClosed(shard)) return found;
  }
}

async function polling() {
  const found = [];
  for (const shard of await listShards()) found.push(...(await pollShard(shard)));
  assert.deepEqual(sorted(found), sorted(sent));
}

// All data of a shard: to the end of a closed one, else until onTip(what was found so far) says so.
async function subscribe(ConsumerARN, shard, onTip) {
  const found = [];
  const answer = await kinesis.subscribeToShard(
    { ConsumerARN, ShardId: shard.ShardId, StartingPosition: { Type: "TRIM_HORIZON" } });
  for await (const { SubscribeToShardEvent: event } of answer.EventStream) {
    found.push(...dataOf(event.Records));
    if (event.ChildShards?.length) {
      assert(isClosed(shard));
      return found;
    }
    assert(event.ContinuationSequenceNumber);
    if (event.MillisBehindLatest === 0 && !isClosed(shard) && (await onTip(found))) return found;
  }
  assert.fail(`the subscription to ${shard.ShardId} ended early`);
}

async function fanOut() {
  const StreamARN = (await summary()).StreamARN;
  const registered = await kinesis.registerStreamConsumer({ StreamARN, ConsumerName: "matrix" });
  const ConsumerARN = registered.Consumer.ConsumerARN;
  await waitFor(async () =>
    (await kinesis.describeStreamConsumer({ ConsumerARN })).ConsumerDescription.ConsumerStatus === "ACTIVE");
  const shards = await listShards();
  const found = [];
  for (const shard of shards.slice(0, -1)) found.push(...(await subscribe(ConsumerARN, shard, () => true)));
  found.push(...(await subscribe(ConsumerARN, shards.at(-1), async (soFar) => {
    if (!sent.includes("pushed")) await put(Buffer.from("pushed"), 2n ** 128n - 1n);
    return soFar.includes("pushed");
  })));
  assert.deepEqual(sorted(found), sorted(sent));
  const listed = await kinesis.listStreamConsumers({ StreamARN });
  assert.deepEqual(listed.Consumers.map((consumer) => consumer.ConsumerARN), [ConsumerARN]);
  await kinesis.deregisterStreamConsumer({ ConsumerARN });
}

async function tags() {
  await kinesis.addTagsToStream({ StreamName, Tags: { stage: "test", team: "data" } });
  assert.deepEqual((await kinesis.listTagsForStream({ StreamName })).Tags,
    [{ Key: "stage", Value: "test" }, { Key: "team", Value: "data" }]);
  await kinesis.removeTagsFromStream({ StreamName, TagKeys: ["stage"] });
  assert.deepEqual((await kinesis.listTagsForStream({ StreamName })).Tags, [{ Key: "team", Value: "data" }]);
}

async function typedErrors() {
  await assert.rejects(kinesis.describeStreamSummary({ StreamName: `${StreamName}-absent` }),
    sdk.ResourceNotFoundException);
  await assert.rejects(kinesis.createStream({ StreamName, ShardCount: 1 }), sdk.ResourceInUseException);
  await assert.rejects(kinesis.getRecords({ ShardIterator: "not an iterator" }), sdk.InvalidArgumentException);
  await assert.rejects(kinesis.createStream({ StreamName: "not a name!", ShardCount: 1 }), sdk.ValidationException);
}

async function remove() {
  await kinesis.deleteStream({ StreamName, EnforceConsumerDeletion: true });
  await waitFor(() => summary().then(() => false, (error) => error instanceof sdk.ResourceNotFoundException));
}

const manifest = new URL("./node_modules/@aws-sdk/client-kinesis/package.json", import.meta.url);
console.log(`client: @aws-sdk/client-kinesis ${JSON.parse(readFileSync(manifest)).version}`);
await create();
done("create");
const firstNumber = await putOne();
done("put");
await putBatch();
done("batch put");
await iterators(firstNumber);
done("iterators");
await split();
done("split");
await merge();
done("merge");
await updateShardCount();
done("update shard count");
await polling();
done("polling");
await fanOut();
done("fan-out");
await tags();
done("tags");
await typedErrors();
done("typed errors");
await remove();
done("delete");
kinesis.destroy();
