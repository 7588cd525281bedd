package rivulet.matrix;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.kinesis.common.ConfigsBuilder;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.common.KinesisClientUtil;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.exceptions.InvalidStateException;
import software.amazon.kinesis.exceptions.ShutdownException;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.metrics.MetricsLevel;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.processor.SingleStreamTracker;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

/**
 * A worker of the Kinesis Client Library, which reads a stream from its horizon until its standard input ends:
 * `Kcl STREAM polling|fan-out`. It prints `record: SHARD DATA` for each user record and `ended: SHARD` at a shard's end.
 */
final class Kcl {
    private Kcl() {}

    public static void main(String[] arguments) throws Exception {
        String stream = arguments[0];
        String retrieval = arguments[1];
        System.out.println("client: " + Versions.of("amazon-kinesis-client") + " by " + retrieval);

        KinesisAsyncClient kinesis = KinesisClientUtil.createKinesisAsyncClient(KinesisAsyncClient.builder());
        DynamoDbAsyncClient leases = DynamoDbAsyncClient.create();
        CloudWatchAsyncClient metrics = CloudWatchAsyncClient.create();
        ConfigsBuilder configs = new ConfigsBuilder(
                new SingleStreamTracker(stream,
                        InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON)),
                stream + "-" + retrieval, kinesis, leases, metrics, "worker", Printer::new);
        var retrievalConfig = configs.retrievalConfig();
        if (retrieval.equals("polling")) {
            retrievalConfig.retrievalSpecificConfig(new PollingConfig(stream, kinesis));
        }
        Scheduler scheduler = new Scheduler(configs.checkpointConfig(), configs.coordinatorConfig(),
                configs.leaseManagementConfig(), configs.lifecycleConfig(),
                configs.metricsConfig().metricsLevel(MetricsLevel.NONE), configs.processorConfig(), retrievalConfig);
        Thread worker = new Thread(scheduler);
        worker.start();
        while (System.in.read() >= 0) {
            // Until whoever started this closes its end.
        }
        boolean orderly = scheduler.startGracefulShutdown().get(60, TimeUnit.SECONDS);
        worker.join();
        System.out.println("shut down: " + orderly);
        System.exit(orderly ? 0 : 1);
    }

    private static final class Printer implements ShardRecordProcessor {
        private String shard;

        @Override
        public void initialize(InitializationInput input) {
            shard = input.shardId();
        }

        @Override
        public void processRecords(ProcessRecordsInput input) {
            for (KinesisClientRecord each : input.records()) {
                System.out.println("record: " + shard + " " + StandardCharsets.UTF_8.decode(each.data()));
            }
        }

        @Override
        public void leaseLost(LeaseLostInput input) {}

        @Override
        public void shardEnded(ShardEndedInput input) {
            try {
                input.checkpointer().checkpoint();
            } catch (InvalidStateException | ShutdownException failure) {
                throw new IllegalStateException(failure);
            }
            System.out.println("ended: " + shard);
        }

        @Override
        public void shutdownRequested(ShutdownRequestedInput input) {
            try {
                input.checkpointer().checkpoint();
            } catch (InvalidStateException | ShutdownException failure) {
                throw new IllegalStateException(failure);
            }
        }
    }
}
