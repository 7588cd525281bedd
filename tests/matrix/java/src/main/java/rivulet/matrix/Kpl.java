package rivulet.matrix;

import com.google.common.util.concurrent.ListenableFuture;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import software.amazon.kinesis.producer.KinesisProducer;
import software.amazon.kinesis.producer.KinesisProducerConfiguration;
import software.amazon.kinesis.producer.UserRecordResult;

/**
 * The Kinesis Producer Library with aggregation, as it comes: `Kpl STREAM COUNT` puts the user records `aggregated-0`,
 * `aggregated-1`, ... It takes no endpoint from the environment, so that each part of it is set here; and as its native
 * process has authorities of its own, verifyCertificate(false) is its way to speak to a server of one's own.
 */
final class Kpl {
    private Kpl() {}

    public static void main(String[] arguments) throws Exception {
        URI endpoint = URI.create(System.getenv("AWS_ENDPOINT_URL"));
        System.out.println("client: " + Versions.of("amazon-kinesis-producer"));
        KinesisProducer producer = new KinesisProducer(new KinesisProducerConfiguration()
                .setRegion(System.getenv("AWS_REGION"))
                .setKinesisEndpoint(endpoint.getHost())
                .setKinesisPort(endpoint.getPort())
                .setMetricsLevel("none")
                .setVerifyCertificate(false));
        List<ListenableFuture<UserRecordResult>> results = new ArrayList<>();
        for (int number = 0; number < Integer.parseInt(arguments[1]); ++number) {
            ByteBuffer data = ByteBuffer.wrap(("aggregated-" + number).getBytes(StandardCharsets.UTF_8));
            results.add(producer.addUserRecord(arguments[0], "key-" + number, data));
            if (number == 0) {
                producer.flushSync(); // It knows the shards from here on, and aggregates by them.
            }
        }
        producer.flushSync();
        for (ListenableFuture<UserRecordResult> result : results) {
            System.out.println("put: " + result.get().getShardId() + " " + result.get().getSequenceNumber());
        }
        producer.destroy();
    }
}
