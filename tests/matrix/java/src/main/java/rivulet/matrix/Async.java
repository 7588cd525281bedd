package rivulet.matrix;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.*;

/** The asynchronous client as it comes: Netty, HTTP/2, CBOR. */
final class Async {
    private Async() {}

    public static void main(String[] arguments) {
        try (KinesisAsyncClient client = KinesisAsyncClient.create()) {
            new Story(new Waiting(client), arguments[0]).tell();
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
