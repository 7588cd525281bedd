// The story of tests/matrix/README.md with the AWS SDK for Go v2 as it comes: the argument is the stream to make.
package main

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"os"
	"reflect"
	"runtime/debug"
	"sort"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

const (
	deadline    = 30 * time.Second
	module      = "github.com/aws/aws-sdk-go-v2/service/kinesis"
	firstShard  = "shardId-000000000000"
	secondShard = "shardId-000000000001"
)

var (
	ctx    = context.Background()
	client *kinesis.Client
	name   = aws.String(os.Args[1])
	sent   []string
)

func must[T any](value T, err error) T {
	check(err == nil, "%v", err)
	return value
}

func check(condition bool, format string, arguments ...any) {
	if !condition {
		panic(fmt.Sprintf(format, arguments...))
	}
}

func same(found, wanted any) {
	check(reflect.DeepEqual(found, wanted), "expected %v, got %v", wanted, found)
}

func sorted(list []string) []string {
	list = append([]string{}, list...)
	sort.Strings(list)
	return list
}

func waitFor(condition func() bool) {
	for end := time.Now().Add(deadline); !condition(); time.Sleep(50 * time.Millisecond) {
		check(time.Now().Before(end), "the time is up")
	}
}

// hashKey is n quarters of the hash key space.
func hashKey(quarters int64) *string {
	return aws.String(new(big.Int).Lsh(big.NewInt(quarters), 126).String())
}

func dataOf(records []types.Record) []string {
	data := []string{}
	for _, record := range records {
		data = append(data, string(record.Data))
	}
	return data
}

func summary() *types.StreamDescriptionSummary {
	return must(client.DescribeStreamSummary(ctx, &kinesis.DescribeStreamSummaryInput{StreamName: name})).StreamDescriptionSummary
}

func waitActive(openShards int32) {
	waitFor(func() bool { return summary().StreamStatus == types.StreamStatusActive })
	same(*summary().OpenShardCount, openShards)
}

func put(data string, explicit *string) *kinesis.PutRecordOutput {
	sent = append(sent, data)
	return must(client.PutRecord(ctx, &kinesis.PutRecordInput{StreamName: name, Data: []byte(data),
		PartitionKey: aws.String("κλειδί"), ExplicitHashKey: explicit}))
}

func iterator(shard string, kind types.ShardIteratorType, number *string, at *time.Time) *string {
	return must(client.GetShardIterator(ctx, &kinesis.GetShardIteratorInput{StreamName: name, ShardId: &shard,
		ShardIteratorType: kind, StartingSequenceNumber: number, Timestamp: at})).ShardIterator
}

func read(iterator *string) *kinesis.GetRecordsOutput {
	return must(client.GetRecords(ctx, &kinesis.GetRecordsInput{ShardIterator: iterator}))
}

func create() {
	must(client.CreateStream(ctx, &kinesis.CreateStreamInput{StreamName: name, ShardCount: aws.Int32(2)}))
	waitActive(2)
}

func putOne() *string {
	var every [256]byte
	for index := range every {
		every[index] = byte(index)
	}
	answer := put(string(every[:]), hashKey(0))
	same(*answer.ShardId, firstShard)
	return answer.SequenceNumber
}

func putBatch() {
	var entries []types.PutRecordsRequestEntry
	for number := range 10 {
		data := fmt.Sprintf("batch-%d", number)
		entries = append(entries, types.PutRecordsRequestEntry{Data: []byte(data),
			PartitionKey: aws.String(fmt.Sprintf("key-%d", number)), ExplicitHashKey: hashKey(int64(number % 2 * 2))})
		sent = append(sent, data)
	}
	answer := must(client.PutRecords(ctx, &kinesis.PutRecordsInput{StreamName: name, Records: entries}))
	same(*answer.FailedRecordCount, int32(0))
	for number, record := range answer.Records {
		same(*record.ShardId, []string{firstShard, secondShard}[number%2])
	}
}

func iterators(firstNumber *string) {
	records := read(iterator(firstShard, types.ShardIteratorTypeTrimHorizon, nil, nil)).Records
	expected := []string{sent[0]}
	for number := 1; number < len(sent); number += 2 {
		expected = append(expected, sent[number])
	}
	same(dataOf(records), expected)
	same(*records[0].PartitionKey, "κλειδί")
	same(*records[0].SequenceNumber, *firstNumber)

	same(dataOf(read(iterator(firstShard, types.ShardIteratorTypeAtSequenceNumber, firstNumber, nil)).Records), expected)
	same(dataOf(read(iterator(firstShard, types.ShardIteratorTypeAfterSequenceNumber, firstNumber, nil)).Records), expected[1:])
	arrival := records[0].ApproximateArrivalTimestamp
	same(dataOf(read(iterator(firstShard, types.ShardIteratorTypeAtTimestamp, nil, arrival)).Records), expected)

	tip := read(iterator(firstShard, types.ShardIteratorTypeLatest, nil, nil))
	same(len(tip.Records), 0)
	put("latest", hashKey(0))
	same(dataOf(read(tip.NextShardIterator).Records), []string{"latest"})
}

func split() {
	must(client.SplitShard(ctx, &kinesis.SplitShardInput{StreamName: name, ShardToSplit: aws.String(firstShard),
		NewStartingHashKey: hashKey(1)}))
	waitActive(3)
}

func merge() {
	must(client.MergeShards(ctx, &kinesis.MergeShardsInput{StreamName: name,
		ShardToMerge: aws.String("shardId-000000000002"), AdjacentShardToMerge: aws.String("shardId-000000000003")}))
	waitActive(2)
}

func updateShardCount() {
	must(client.UpdateShardCount(ctx, &kinesis.UpdateShardCountInput{StreamName: name, TargetShardCount: aws.Int32(4),
		ScalingType: types.ScalingTypeUniformScaling}))
	waitActive(4)
	for number := range int64(4) {
		put(fmt.Sprintf("after-%d", number), hashKey(number))
	}
}

func listShards() []types.Shard {
	var shards []types.Shard
	request := &kinesis.ListShardsInput{StreamName: name, MaxResults: aws.Int32(3)}
	for request != nil {
		answer := must(client.ListShards(ctx, request))
		shards = append(shards, answer.Shards...)
		request = nil
		if answer.NextToken != nil {
			request = &kinesis.ListShardsInput{NextToken: answer.NextToken, MaxResults: aws.Int32(3)}
		}
	}
	return shards
}

func isClosed(shard types.Shard) bool { return shard.SequenceNumberRange.EndingSequenceNumber != nil }

func pollShard(shard types.Shard) (found []string) {
	position := iterator(*shard.ShardId, types.ShardIteratorTypeTrimHorizon, nil, nil)
	for {
		answer := read(position)
		found = append(found, dataOf(answer.Records)...)
		position = answer.NextShardIterator
		if position == nil {
			check(isClosed(shard) && len(answer.ChildShards) > 0, "%s ends without children", *shard.ShardId)
			return found
		}
		if *answer.MillisBehindLatest == 0 && !isClosed(shard) {
			return found
		}
	}
}

func polling() {
	var found []string
	for _, shard := range listShards() {
		found = append(found, pollShard(shard)...)
	}
	same(sorted(found), sorted(sent))
}

// subscribe reads all data of a shard: to the end of a closed one, else until onTip says so of what was found so far.
func subscribe(consumer *string, shard types.Shard, onTip func([]string) bool) (found []string) {
	answer := must(client.SubscribeToShard(ctx, &kinesis.SubscribeToShardInput{ConsumerARN: consumer,
		ShardId: shard.ShardId, StartingPosition: &types.StartingPosition{Type: types.ShardIteratorTypeTrimHorizon}}))
	stream := answer.GetStream()
	defer stream.Close()
	for each := range stream.Events() {
		event := each.(*types.SubscribeToShardEventStreamMemberSubscribeToShardEvent).Value
		found = append(found, dataOf(event.Records)...)
		if len(event.ChildShards) > 0 {
			check(isClosed(shard), "%s is open and has children", *shard.ShardId)
			return found
		}
		check(*event.ContinuationSequenceNumber != "", "no continuation")
		if *event.MillisBehindLatest == 0 && !isClosed(shard) && onTip(found) {
			return found
		}
	}
	panic(fmt.Sprintf("the subscription to %s ended early: %v", *shard.ShardId, stream.Err()))
}

func contains(list []string, wanted string) bool {
	for _, each := range list {
		if each == wanted {
			return true
		}
	}
	return false
}

func fanOut() {
	arn := summary().StreamARN
	consumer := must(client.RegisterStreamConsumer(ctx, &kinesis.RegisterStreamConsumerInput{StreamARN: arn,
		ConsumerName: aws.String("matrix")})).Consumer.ConsumerARN
	waitFor(func() bool {
		answer := must(client.DescribeStreamConsumer(ctx, &kinesis.DescribeStreamConsumerInput{ConsumerARN: consumer}))
		return answer.ConsumerDescription.ConsumerStatus == types.ConsumerStatusActive
	})
	var found []string
	shards := listShards()
	last := len(shards) - 1
	for _, shard := range shards[:last] {
		found = append(found, subscribe(consumer, shard, func([]string) bool { return true })...)
	}
	found = append(found, subscribe(consumer, shards[last], func(soFar []string) bool {
		if !contains(sent, "pushed") {
			put("pushed", hashKey(3))
		}
		return contains(soFar, "pushed")
	})...)
	same(sorted(found), sorted(sent))
	listed := must(client.ListStreamConsumers(ctx, &kinesis.ListStreamConsumersInput{StreamARN: arn})).Consumers
	same(len(listed), 1)
	same(*listed[0].ConsumerARN, *consumer)
	must(client.DeregisterStreamConsumer(ctx, &kinesis.DeregisterStreamConsumerInput{ConsumerARN: consumer}))
}

func tags() {
	must(client.AddTagsToStream(ctx, &kinesis.AddTagsToStreamInput{StreamName: name,
		Tags: map[string]string{"stage": "test", "team": "data"}}))
	list := func() (found []string) {
		for _, tag := range must(client.ListTagsForStream(ctx, &kinesis.ListTagsForStreamInput{StreamName: name})).Tags {
			found = append(found, *tag.Key+"="+*tag.Value)
		}
		return found
	}
	same(list(), []string{"stage=test", "team=data"})
	must(client.RemoveTagsFromStream(ctx, &kinesis.RemoveTagsFromStreamInput{StreamName: name, TagKeys: []string{"stage"}}))
	same(list(), []string{"team=data"})
}

func caught[E error](err error) {
	var wanted E
	check(errors.As(err, &wanted), "expected %T, got %v", wanted, err)
}

func typedErrors() {
	_, err := client.DescribeStreamSummary(ctx, &kinesis.DescribeStreamSummaryInput{StreamName: aws.String(*name + "-absent")})
	caught[*types.ResourceNotFoundException](err)
	_, err = client.CreateStream(ctx, &kinesis.CreateStreamInput{StreamName: name, ShardCount: aws.Int32(1)})
	caught[*types.ResourceInUseException](err)
	_, err = client.GetRecords(ctx, &kinesis.GetRecordsInput{ShardIterator: aws.String("not an iterator")})
	caught[*types.InvalidArgumentException](err)
	_, err = client.CreateStream(ctx, &kinesis.CreateStreamInput{StreamName: aws.String("not a name!"), ShardCount: aws.Int32(1)})
	caught[*types.ValidationException](err)
}

func remove() {
	must(client.DeleteStream(ctx, &kinesis.DeleteStreamInput{StreamName: name, EnforceConsumerDeletion: aws.Bool(true)}))
	waitFor(func() bool {
		_, err := client.DescribeStreamSummary(ctx, &kinesis.DescribeStreamSummaryInput{StreamName: name})
		var absent *types.ResourceNotFoundException
		return errors.As(err, &absent)
	})
}

func printVersion() {
	build, _ := debug.ReadBuildInfo()
	for _, dependency := range build.Deps {
		if dependency.Path == module {
			fmt.Println("client:", dependency.Path, strings.TrimPrefix(dependency.Version, "v"))
		}
	}
}

func main() {
	printVersion()
	client = kinesis.NewFromConfig(must(config.LoadDefaultConfig(ctx)))
	var firstNumber *string
	for _, step := range []struct {
		name string
		run  func()
	}{
		{"create", create},
		{"put", func() { firstNumber = putOne() }},
		{"batch put", putBatch},
		{"iterators", func() { iterators(firstNumber) }},
		{"split", split},
		{"merge", merge},
		{"update shard count", updateShardCount},
		{"polling", polling},
		{"fan-out", fanOut},
		{"tags", tags},
		{"typed errors", typedErrors},
		{"delete", remove},
	} {
		step.run()
		fmt.Println("done:", step.name)
	}
}
