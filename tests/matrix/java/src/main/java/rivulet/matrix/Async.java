package rivulet.matrix;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.*;

/** The asynchronous client as it comes: Netty, HTTP/2, CBOR, event streams. */
final class Async {
    private static final long EVENT_SECONDS = 30;

    private final KinesisAsyncClient client;

    private Async(KinesisAsyncClient client) {
        this.client = client;
    }

    public static void main(String[] arguments) {
        try (KinesisAsyncClient client = KinesisAsyncClient.create()) {
            new Story(new Waiting(client), arguments[0]).tell(new Async(client)::subscribe);
        }
    }

    private List<String> subscribe(String consumerArn, Shard shard, Predicate<List<String>> onTip) {
        BlockingQueue<SubscribeToShardEvent> events = new LinkedBlockingQueue<>();
        SubscribeToShardResponseHandler handler = SubscribeToShardResponseHandler.builder()
                .subscriber(SubscribeToShardResponseHandler.Visitor.builder()
                        .onSubscribeToShardEvent(events::add).build())
                .build();
        CompletableFuture<Void> ended = client.subscribeToShard(request -> request.consumerARN(consumerArn)
                .shardId(shard.shardId()).startingPosition(from -> from.type(ShardIteratorType.TRIM_HORIZON)), handler);
        try {
            return readEvents(events, shard, onTip);
        } catch (InterruptedException interruption) {
            throw new AssertionError(interruption);
        } catch (AssertionError error) {
            ended.whenComplete((nothing, failure) -> System.err.println("the subscription ended: " + failure));
            throw error;
        } finally {
            ended.cancel(true);
        }
    }

    private static List<String> readEvents(BlockingQueue<SubscribeToShardEvent> events, Shard shard,
            Predicate<List<String>> onTip) throws InterruptedException {
        List<String> found = new ArrayList<>();
        while (true) {
            SubscribeToShardEvent event = events.poll(EVENT_SECONDS, TimeUnit.SECONDS);
            Story.check(event != null, "no event of " + shard.shardId());
            found.addAll(Story.dataOf(event.records()));
            if (event.hasChildShards() && !event.childShards().isEmpty()) {
                Story.check(Story.isClosed(shard), shard.shardId() + " is open and has children");
                return found;
            }
            Story.check(event.continuationSequenceNumber() != null, "no continuation");
            if (event.millisBehindLatest() == 0 && !Story.isClosed(shard) && onTip.test(found)) {
                return found;
            }
        }
    }

    /** The asynchronous client behind the synchronous one's interface: each call waits for its answer. */
    private record Waiting(KinesisAsyncClient client) implements KinesisClient {
        private static <T> T wait(CompletableFuture<T> answer) {
            try {
                return answer.join();
            } catch (CompletionException failure) {
                throw failure.getCause() instanceof RuntimeException cause ? cause : failure;
            }
        }

        @Override
        public String serviceName() {
            return client.serviceName();
        }

        @Override
        public void close() {}

        @Override
        public CreateStreamResponse createStream(CreateStreamRequest request) {
            return wait(client.createStream(request));
        }

        @Override
        public DeleteStreamResponse deleteStream(DeleteStreamRequest request) {
            return wait(client.deleteStream(request));
        }

        @Override
        public DescribeStreamSummaryResponse describeStreamSummary(DescribeStreamSummaryRequest request) {
            return wait(client.describeStreamSummary(request));
        }

        @Override
        public PutRecordResponse putRecord(PutRecordRequest request) {
            return wait(client.putRecord(request));
        }

        @Override
        public PutRecordsResponse putRecords(PutRecordsRequest request) {
            return wait(client.putRecords(request));
        }

        @Override
        public GetShardIteratorResponse getShardIterator(GetShardIteratorRequest request) {
            return wait(client.getShardIterator(request));
        }

        @Override
        public GetRecordsResponse getRecords(GetRecordsRequest request) {
            return wait(client.getRecords(request));
        }

        @Override
        public SplitShardResponse splitShard(SplitShardRequest request) {
            return wait(client.splitShard(request));
        }

        @Override
        public MergeShardsResponse mergeShards(MergeShardsRequest request) {
            return wait(client.mergeShards(request));
        }

        @Override
        public UpdateShardCountResponse updateShardCount(UpdateShardCountRequest request) {
            return wait(client.updateShardCount(request));
        }

        @Override
        public ListShardsResponse listShards(ListShardsRequest request) {
            return wait(client.listShards(request));
        }

        @Override
        public RegisterStreamConsumerResponse registerStreamConsumer(RegisterStreamConsumerRequest request) {
            return wait(client.registerStreamConsumer(request));
        }

        @Override
        public DescribeStreamConsumerResponse describeStreamConsumer(DescribeStreamConsumerRequest request) {
            return wait(client.describeStreamConsumer(request));
        }

        @Override
        public ListStreamConsumersResponse listStreamConsumers(ListStreamConsumersRequest request) {
            return wait(client.listStreamConsumers(request));
        }

        @Override
        public DeregisterStreamConsumerResponse deregisterStreamConsumer(DeregisterStreamConsumerRequest request) {
            return wait(client.deregisterStreamConsumer(request));
        }

        @Override
        public AddTagsToStreamResponse addTagsToStream(AddTagsToStreamRequest request) {
            return wait(client.addTagsToStream(request));
        }

        @Override
        public ListTagsForStreamResponse listTagsForStream(ListTagsForStreamRequest request) {
            return wait(client.listTagsForStream(request));
        }

        @Override
        public RemoveTagsFromStreamResponse removeTagsFromStream(RemoveTagsFromStreamRequest request) {
            return wait(client.removeTagsFromStream(request));
        }
    }
}
