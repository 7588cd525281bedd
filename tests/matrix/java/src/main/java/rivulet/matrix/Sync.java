package rivulet.matrix;

import software.amazon.awssdk.services.kinesis.KinesisClient;

/** The synchronous client as it comes: its default HTTP client, CBOR. */
final class Sync {
    private Sync() {}

    public static void main(String[] arguments) {
        try (KinesisClient kinesis = KinesisClient.create()) {
            new Story(kinesis, arguments[0]).tell(null);
        }
    }
}
