//! The story of tests/matrix/README.md with the AWS SDK for Rust as it comes: the argument is the stream to make.

use std::future::Future;
use std::time::{Duration, Instant};

use aws_sdk_kinesis::operation::get_records::GetRecordsOutput;
use aws_sdk_kinesis::operation::get_shard_iterator::builders::GetShardIteratorFluentBuilder;
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::{
    ConsumerStatus, PutRecordsRequestEntry, Record, ScalingType, Shard, ShardIteratorType, StartingPosition,
    StreamDescriptionSummary, StreamStatus, SubscribeToShardEventStream,
};
use aws_sdk_kinesis::Client;

const DEADLINE: Duration = Duration::from_secs(30);
const FIRST_SHARD: &str = "shardId-000000000000";
const SECOND_SHARD: &str = "shardId-000000000001";
const QUARTER: u128 = 1 << 126;

struct Story {
    client: Client,
    name: String,
    sent: Vec<Vec<u8>>,
}

async fn wait_for<F: Future<Output = bool>>(condition: impl Fn() -> F) {
    let end = Instant::now() + DEADLINE;
    while !condition().await {
        assert!(Instant::now() < end, "the time is up");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn data_of(records: &[Record]) -> Vec<Vec<u8>> {
    records.iter().map(|record| record.data().as_ref().to_vec()).collect()
}

fn sorted(list: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut list = list.to_vec();
    list.sort();
    list
}

fn is_closed(shard: &Shard) -> bool {
    shard.sequence_number_range().is_some_and(|range| range.ending_sequence_number().is_some())
}

impl Story {
    async fn summary(&self) -> StreamDescriptionSummary {
        let answer = self.client.describe_stream_summary().stream_name(&self.name).send().await.unwrap();
        answer.stream_description_summary().unwrap().clone()
    }

    async fn wait_active(&self, open_shards: i32) {
        wait_for(|| async { *self.summary().await.stream_status() == StreamStatus::Active }).await;
        assert_eq!(self.summary().await.open_shard_count(), open_shards);
    }

    /// Puts one record and returns its shard and its sequence number.
    async fn put(&mut self, data: &[u8], hash_key: u128) -> (String, String) {
        self.sent.push(data.to_vec());
        let request = self.client.put_record().stream_name(&self.name).data(Blob::new(data)).partition_key("κλειδί");
        let answer = request.explicit_hash_key(hash_key.to_string()).send().await.unwrap();
        (answer.shard_id().to_string(), answer.sequence_number().to_string())
    }

    fn iterator(&self, kind: ShardIteratorType) -> GetShardIteratorFluentBuilder {
        let request = self.client.get_shard_iterator().stream_name(&self.name);
        request.shard_id(FIRST_SHARD).shard_iterator_type(kind)
    }

    async fn read(&self, iterator: &str) -> GetRecordsOutput {
        self.client.get_records().shard_iterator(iterator).send().await.unwrap()
    }

    async fn read_from(&self, iterator: GetShardIteratorFluentBuilder) -> GetRecordsOutput {
        self.read(iterator.send().await.unwrap().shard_iterator().unwrap()).await
    }

    async fn create(&self) {
        self.client.create_stream().stream_name(&self.name).shard_count(2).send().await.unwrap();
        self.wait_active(2).await;
    }

    async fn put_one(&mut self) -> String {
        let every_byte: Vec<u8> = (0..=255).collect();
        let (shard, number) = self.put(&every_byte, 0).await;
        assert_eq!(shard, FIRST_SHARD);
        number
    }

    async fn put_batch(&mut self) {
        let mut request = self.client.put_records().stream_name(&self.name);
        for number in 0..10u128 {
            let data = format!("batch-{number}").into_bytes();
            let entry = PutRecordsRequestEntry::builder()
                .data(Blob::new(data.clone()))
                .partition_key(format!("key-{number}"))
                .explicit_hash_key((number % 2 * 2 * QUARTER).to_string());
            request = request.records(entry.build().unwrap());
            self.sent.push(data);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.failed_record_count(), Some(0));
        for (number, record) in answer.records().iter().enumerate() {
            assert_eq!(record.shard_id(), Some([FIRST_SHARD, SECOND_SHARD][number % 2]));
        }
    }

    async fn iterators(&mut self, first_number: &str) {
        let answer = self.read_from(self.iterator(ShardIteratorType::TrimHorizon)).await;
        let mut expected = vec![self.sent[0].clone()];
        expected.extend(self.sent[1..].iter().step_by(2).cloned());
        assert_eq!(data_of(answer.records()), expected);
        let first = &answer.records()[0];
        assert_eq!((first.partition_key(), first.sequence_number()), (Some("κλειδί"), first_number));

        let arrival = *first.approximate_arrival_timestamp().unwrap();
        let at = self.iterator(ShardIteratorType::AtSequenceNumber).starting_sequence_number(first_number);
        assert_eq!(data_of(self.read_from(at).await.records()), expected);
        let after = self.iterator(ShardIteratorType::AfterSequenceNumber).starting_sequence_number(first_number);
        assert_eq!(data_of(self.read_from(after).await.records()), expected[1..]);
        let since = self.iterator(ShardIteratorType::AtTimestamp).timestamp(arrival);
        assert_eq!(data_of(self.read_from(since).await.records()), expected);

        let tip = self.read_from(self.iterator(ShardIteratorType::Latest)).await;
        assert!(tip.records().is_empty());
        self.put(b"latest", 0).await;
        assert_eq!(data_of(self.read(tip.next_shard_iterator().unwrap()).await.records()), [b"latest"]);
    }

    async fn split(&self) {
        let request = self.client.split_shard().stream_name(&self.name).shard_to_split(FIRST_SHARD);
        request.new_starting_hash_key(QUARTER.to_string()).send().await.unwrap();
        self.wait_active(3).await;
    }

    async fn merge(&self) {
        let request = self.client.merge_shards().stream_name(&self.name).shard_to_merge("shardId-000000000002");
        request.adjacent_shard_to_merge("shardId-000000000003").send().await.unwrap();
        self.wait_active(2).await;
    }

    async fn update_shard_count(&mut self) {
        let request = self.client.update_shard_count().stream_name(&self.name).target_shard_count(4);
        request.scaling_type(ScalingType::UniformScaling).send().await.unwrap();
        self.wait_active(4).await;
        for number in 0..4 {
            self.put(format!("after-{number}").as_bytes(), number * QUARTER).await;
        }
    }

    async fn list_shards(&self) -> Vec<Shard> {
        let mut shards = Vec::new();
        let mut request = self.client.list_shards().stream_name(&self.name).max_results(3);
        loop {
            let answer = request.send().await.unwrap();
            shards.extend_from_slice(answer.shards());
            match answer.next_token() {
                Some(token) => request = self.client.list_shards().next_token(token).max_results(3),
                None => return shards,
            }
        }
    }

    async fn poll_shard(&self, shard: &Shard) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        let request = self.iterator(ShardIteratorType::TrimHorizon).shard_id(shard.shard_id());
        let mut answer = self.read_from(request).await;
        loop {
            found.extend(data_of(answer.records()));
            let Some(next) = answer.next_shard_iterator() else {
                assert!(is_closed(shard) && !answer.child_shards().is_empty());
                return found;
            };
            if answer.millis_behind_latest() == Some(0) && !is_closed(shard) {
                return found;
            }
            answer = self.read(next).await;
        }
    }

    async fn polling(&self) {
        let mut found = Vec::new();
        for shard in self.list_shards().await {
            found.extend(self.poll_shard(&shard).await);
        }
        assert_eq!(sorted(&found), sorted(&self.sent));
    }

    /// All data of a shard: to the end of a closed one, else up to its tip; with a push, also the record put then.
    async fn subscribe(&mut self, consumer: &str, shard: &Shard, push: Option<&[u8]>) -> Vec<Vec<u8>> {
        let from = StartingPosition::builder().r#type(ShardIteratorType::TrimHorizon).build().unwrap();
        let request = self.client.subscribe_to_shard().consumer_arn(consumer).shard_id(shard.shard_id());
        let mut events = request.starting_position(from).send().await.unwrap().event_stream;
        let mut found = Vec::new();
        let mut pushed = false;
        while let Some(event) = events.recv().await.unwrap() {
            let SubscribeToShardEventStream::SubscribeToShardEvent(event) = event else { panic!("{event:?}") };
            found.extend(data_of(event.records()));
            if !event.child_shards().is_empty() {
                assert!(is_closed(shard));
                return found;
            }
            assert!(!event.continuation_sequence_number().is_empty());
            if event.millis_behind_latest() != 0 || is_closed(shard) {
                continue;
            }
            match push {
                Some(data) if !pushed => {
                    self.put(data, u128::MAX).await;
                    pushed = true;
                }
                Some(data) if found.last().is_none_or(|last| last != data) => {}
                _ => return found,
            }
        }
        panic!("the subscription to {} ended early", shard.shard_id());
    }

    async fn fan_out(&mut self) {
        let arn = self.summary().await.stream_arn().to_string();
        let request = self.client.register_stream_consumer().stream_arn(&arn).consumer_name("matrix");
        let consumer = request.send().await.unwrap().consumer().unwrap().consumer_arn().to_string();
        wait_for(|| async {
            let answer = self.client.describe_stream_consumer().consumer_arn(&consumer).send().await.unwrap();
            *answer.consumer_description().unwrap().consumer_status() == ConsumerStatus::Active
        })
        .await;
        let shards = self.list_shards().await;
        let (last, others) = shards.split_last().unwrap();
        let mut found = Vec::new();
        for shard in others {
            found.extend(self.subscribe(&consumer, shard, None).await);
        }
        found.extend(self.subscribe(&consumer, last, Some(b"pushed")).await);
        assert_eq!(sorted(&found), sorted(&self.sent));
        let listed = self.client.list_stream_consumers().stream_arn(&arn).send().await.unwrap();
        assert_eq!(listed.consumers().iter().map(|each| each.consumer_arn()).collect::<Vec<_>>(), [consumer.as_str()]);
        self.client.deregister_stream_consumer().consumer_arn(&consumer).send().await.unwrap();
    }

    async fn list_tags(&self) -> Vec<(String, Option<String>)> {
        let answer = self.client.list_tags_for_stream().stream_name(&self.name).send().await.unwrap();
        answer.tags().iter().map(|tag| (tag.key().to_string(), tag.value().map(String::from))).collect()
    }

    async fn tags(&self) {
        let request = self.client.add_tags_to_stream().stream_name(&self.name);
        request.tags("stage", "test").tags("team", "data").send().await.unwrap();
        let (stage, team) = (("stage".into(), Some("test".into())), ("team".into(), Some("data".into())));
        assert_eq!(self.list_tags().await, [stage, team.clone()]);
        self.client.remove_tags_from_stream().stream_name(&self.name).tag_keys("stage").send().await.unwrap();
        assert_eq!(self.list_tags().await, [team]);
    }

    async fn typed_errors(&self) {
        let absent = format!("{}-absent", self.name);
        let error = self.client.describe_stream_summary().stream_name(absent).send().await.unwrap_err();
        assert!(error.into_service_error().is_resource_not_found_exception());
        let create = |name: &str| self.client.create_stream().stream_name(name).shard_count(1).send();
        assert!(create(&self.name).await.unwrap_err().into_service_error().is_resource_in_use_exception());
        let error = self.client.get_records().shard_iterator("not an iterator").send().await.unwrap_err();
        assert!(error.into_service_error().is_invalid_argument_exception());
        assert!(create("not a name!").await.unwrap_err().into_service_error().is_validation_exception());
    }

    async fn delete(&self) {
        let request = self.client.delete_stream().stream_name(&self.name).enforce_consumer_deletion(true);
        request.send().await.unwrap();
        wait_for(|| async {
            match self.client.describe_stream_summary().stream_name(&self.name).send().await {
                Ok(_) => false,
                Err(error) => error.into_service_error().is_resource_not_found_exception(),
            }
        })
        .await;
    }
}

#[tokio::main]
async fn main() {
    println!("client: aws-sdk-kinesis {}", aws_sdk_kinesis::meta::PKG_VERSION);
    let client = Client::new(&aws_config::load_from_env().await);
    let name = std::env::args().nth(1).expect("the name of the stream to make");
    let mut story = Story { client, name, sent: Vec::new() };
    story.create().await;
    println!("done: create");
    let first_number = story.put_one().await;
    println!("done: put");
    story.put_batch().await;
    println!("done: batch put");
    story.iterators(&first_number).await;
    println!("done: iterators");
    story.split().await;
    println!("done: split");
    story.merge().await;
    println!("done: merge");
    story.update_shard_count().await;
    println!("done: update shard count");
    story.polling().await;
    println!("done: polling");
    story.fan_out().await;
    println!("done: fan-out");
    story.tags().await;
    println!("done: tags");
    story.typed_errors().await;
    println!("done: typed errors");
    story.delete().await;
    println!("done: delete");
}
