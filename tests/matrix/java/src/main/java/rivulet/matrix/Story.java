package rivulet.matrix;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.util.VersionInfo;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.ConsumerStatus;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.ScalingType;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StreamDescriptionSummary;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;
import software.amazon.awssdk.services.kinesis.model.Tag;
import software.amazon.awssdk.services.kinesis.model.ValidationException;

/** The story of tests/matrix/README.md, told with any client of the AWS SDK for Java v2. */
final class Story {
    /** Reads a shard by SubscribeToShard: to the end of a closed one, else until onTip says so of what was found. */
    interface Subscription {
        List<String> read(String consumerArn, Shard shard, Predicate<List<String>> onTip);
    }

    private static final long DEADLINE_MILLIS = 30_000;
    private static final String FIRST_SHARD = "shardId-000000000000";
    private static final String SECOND_SHARD = "shardId-000000000001";
    private static final BigInteger QUARTER = BigInteger.TWO.pow(126);

    private final KinesisClient kinesis;
    private final String name;
    private final List<String> sent = new ArrayList<>();

    Story(KinesisClient kinesis, String name) {
        this.kinesis = kinesis;
        this.name = name;
    }

    /** Without a subscription, which the synchronous client does not have, the step of fan-out is left out. */
    void tell(Subscription subscription) {
        System.out.println("client: aws-sdk-java " + VersionInfo.SDK_VERSION);
        create();
        done("create");
        String firstNumber = putOne();
        done("put");
        putBatch();
        done("batch put");
        iterators(firstNumber);
        done("iterators");
        split();
        done("split");
        merge();
        done("merge");
        updateShardCount();
        done("update shard count");
        polling();
        done("polling");
        if (subscription != null) {
            fanOut(subscription);
            done("fan-out");
        }
        tags();
        done("tags");
        typedErrors();
        done("typed errors");
        delete();
        done("delete");
    }

    /** The data of records as text, one character a byte. */
    static List<String> dataOf(List<Record> records) {
        return records.stream().map(record -> record.data().asString(StandardCharsets.ISO_8859_1)).toList();
    }

    static boolean isClosed(Shard shard) {
        return shard.sequenceNumberRange().endingSequenceNumber() != null;
    }

    static void check(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }

    private static void same(Object found, Object wanted) {
        check(wanted.equals(found), "expected " + wanted + ", got " + found);
    }

    private static List<String> sorted(List<String> list) {
        return list.stream().sorted(Comparator.naturalOrder()).toList();
    }

    private static void done(String step) {
        System.out.println("done: " + step);
    }

    private static void waitFor(BooleanSupplier condition) {
        long end = System.currentTimeMillis() + DEADLINE_MILLIS;
        while (!condition.getAsBoolean()) {
            check(System.currentTimeMillis() < end, "the time is up");
            try {
                Thread.sleep(50);
            } catch (InterruptedException interruption) {
                throw new AssertionError(interruption);
            }
        }
    }

    private static String quarters(long count) {
        return QUARTER.multiply(BigInteger.valueOf(count)).toString();
    }

    private static SdkBytes bytes(String data) {
        return SdkBytes.fromString(data, StandardCharsets.ISO_8859_1);
    }

    private StreamDescriptionSummary summary() {
        return kinesis.describeStreamSummary(request -> request.streamName(name)).streamDescriptionSummary();
    }

    private void waitActive(int openShards) {
        waitFor(() -> summary().streamStatus() == StreamStatus.ACTIVE);
        same(summary().openShardCount(), openShards);
    }

    private PutRecordResponse put(String data, String hashKey) {
        sent.add(data);
        return kinesis.putRecord(request -> request.streamName(name).data(bytes(data)).partitionKey("κλειδί")
                .explicitHashKey(hashKey));
    }

    private String iterator(String shard, ShardIteratorType kind, Consumer<GetShardIteratorRequest.Builder> position) {
        return kinesis.getShardIterator(request -> position.accept(
                request.streamName(name).shardId(shard).shardIteratorType(kind))).shardIterator();
    }

    private GetRecordsResponse read(String iterator) {
        return kinesis.getRecords(request -> request.shardIterator(iterator));
    }

    private GetRecordsResponse readFirst(ShardIteratorType kind, Consumer<GetShardIteratorRequest.Builder> position) {
        return read(iterator(FIRST_SHARD, kind, position));
    }

    private void create() {
        kinesis.createStream(request -> request.streamName(name).shardCount(2));
        waitActive(2);
    }

    private String putOne() {
        byte[] every = new byte[256];
        IntStream.range(0, every.length).forEach(index -> every[index] = (byte) index);
        PutRecordResponse answer = put(new String(every, StandardCharsets.ISO_8859_1), "0");
        same(answer.shardId(), FIRST_SHARD);
        return answer.sequenceNumber();
    }

    private void putBatch() {
        List<String> data = IntStream.range(0, 10).mapToObj(number -> "batch-" + number).toList();
        List<PutRecordsRequestEntry> entries = IntStream.range(0, 10)
                .mapToObj(number -> PutRecordsRequestEntry.builder().data(bytes(data.get(number)))
                        .partitionKey("key-" + number).explicitHashKey(quarters(number % 2 * 2)).build())
                .toList();
        PutRecordsResponse answer = kinesis.putRecords(request -> request.streamName(name).records(entries));
        same(answer.failedRecordCount(), 0);
        same(answer.records().stream().map(PutRecordsResultEntry::shardId).toList(),
                IntStream.range(0, 10).mapToObj(number -> number % 2 == 0 ? FIRST_SHARD : SECOND_SHARD).toList());
        sent.addAll(data);
    }

    private void iterators(String firstNumber) {
        List<Record> records = readFirst(ShardIteratorType.TRIM_HORIZON, request -> {}).records();
        List<String> expected = IntStream.range(0, sent.size()).filter(index -> index == 0 || index % 2 == 1)
                .mapToObj(sent::get).toList();
        same(dataOf(records), expected);
        same(records.get(0).partitionKey(), "κλειδί");
        same(records.get(0).sequenceNumber(), firstNumber);

        same(dataOf(readFirst(ShardIteratorType.AT_SEQUENCE_NUMBER,
                request -> request.startingSequenceNumber(firstNumber)).records()), expected);
        same(dataOf(readFirst(ShardIteratorType.AFTER_SEQUENCE_NUMBER,
                request -> request.startingSequenceNumber(firstNumber)).records()), expected.subList(1, expected.size()));
        same(dataOf(readFirst(ShardIteratorType.AT_TIMESTAMP,
                request -> request.timestamp(records.get(0).approximateArrivalTimestamp())).records()), expected);

        GetRecordsResponse tip = readFirst(ShardIteratorType.LATEST, request -> {});
        same(tip.records().size(), 0);
        put("latest", "0");
        same(dataOf(read(tip.nextShardIterator()).records()), List.of("latest"));
    }

    private void split() {
        kinesis.splitShard(request -> request.streamName(name).shardToSplit(FIRST_SHARD)
                .newStartingHashKey(quarters(1)));
        waitActive(3);
    }

    private void merge() {
        kinesis.mergeShards(request -> request.streamName(name).shardToMerge("shardId-000000000002")
                .adjacentShardToMerge("shardId-000000000003"));
        waitActive(2);
    }

    private void updateShardCount() {
        kinesis.updateShardCount(request -> request.streamName(name).targetShardCount(4)
                .scalingType(ScalingType.UNIFORM_SCALING));
        waitActive(4);
        for (int number = 0; number < 4; ++number) {
            put("after-" + number, quarters(number));
        }
    }

    private List<Shard> listShards() {
        ListShardsResponse page = kinesis.listShards(request -> request.streamName(name).maxResults(3));
        List<Shard> shards = new ArrayList<>(page.shards());
        while (page.nextToken() != null) {
            String token = page.nextToken();
            page = kinesis.listShards(request -> request.nextToken(token).maxResults(3));
            shards.addAll(page.shards());
        }
        return shards;
    }

    private Stream<String> pollShard(Shard shard) {
        List<String> found = new ArrayList<>();
        String position = iterator(shard.shardId(), ShardIteratorType.TRIM_HORIZON, request -> {});
        while (true) {
            GetRecordsResponse answer = read(position);
            found.addAll(dataOf(answer.records()));
            position = answer.nextShardIterator();
            if (position == null) {
                check(isClosed(shard) && answer.hasChildShards(), shard.shardId() + " ends without children");
                return found.stream();
            }
            if (answer.millisBehindLatest() == 0 && !isClosed(shard)) {
                return found.stream();
            }
        }
    }

    private void polling() {
        same(sorted(listShards().stream().flatMap(this::pollShard).toList()), sorted(sent));
    }

    private void fanOut(Subscription subscription) {
        String arn = summary().streamARN();
        String consumer = kinesis.registerStreamConsumer(request -> request.streamARN(arn).consumerName("matrix"))
                .consumer().consumerARN();
        waitFor(() -> kinesis.describeStreamConsumer(request -> request.consumerARN(consumer))
                .consumerDescription().consumerStatus() == ConsumerStatus.ACTIVE);
        List<Shard> shards = listShards();
        int last = shards.size() - 1;
        List<String> found = new ArrayList<>();
        for (Shard shard : shards.subList(0, last)) {
            found.addAll(subscription.read(consumer, shard, soFar -> true));
        }
        found.addAll(subscription.read(consumer, shards.get(last), soFar -> {
            if (!sent.contains("pushed")) {
                put("pushed", quarters(3));
            }
            return soFar.contains("pushed");
        }));
        same(sorted(found), sorted(sent));
        same(kinesis.listStreamConsumers(request -> request.streamARN(arn)).consumers().stream()
                .map(each -> each.consumerARN()).toList(), List.of(consumer));
        kinesis.deregisterStreamConsumer(request -> request.consumerARN(consumer));
    }

    private List<String> listTags() {
        List<Tag> tags = kinesis.listTagsForStream(request -> request.streamName(name)).tags();
        return tags.stream().map(tag -> tag.key() + "=" + tag.value()).toList();
    }

    private void tags() {
        kinesis.addTagsToStream(request -> request.streamName(name).tags(Map.of("stage", "test", "team", "data")));
        same(listTags(), List.of("stage=test", "team=data"));
        kinesis.removeTagsFromStream(request -> request.streamName(name).tagKeys("stage"));
        same(listTags(), List.of("team=data"));
    }

    private static void caught(Class<? extends Exception> kind, Runnable call) {
        try {
            call.run();
        } catch (RuntimeException error) {
            check(kind.isInstance(error), "expected " + kind + ", got " + error);
            return;
        }
        throw new AssertionError(kind + " was not thrown");
    }

    private void typedErrors() {
        caught(ResourceNotFoundException.class,
                () -> kinesis.describeStreamSummary(request -> request.streamName(name + "-absent")));
        caught(ResourceInUseException.class,
                () -> kinesis.createStream(request -> request.streamName(name).shardCount(1)));
        caught(InvalidArgumentException.class,
                () -> kinesis.getRecords(request -> request.shardIterator("not an iterator")));
        caught(ValidationException.class,
                () -> kinesis.createStream(request -> request.streamName("not a name!").shardCount(1)));
    }

    private void delete() {
        kinesis.deleteStream(request -> request.streamName(name).enforceConsumerDeletion(true));
        waitFor(() -> {
            try {
                return summary() == null;
            } catch (ResourceNotFoundException absent) {
                return true;
            }
        });
    }
}
