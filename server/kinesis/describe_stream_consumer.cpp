#include "server/kinesis/consumer_names.hpp"
#include "server/kinesis/operations.hpp"
#include "server/kinesis/shapes.hpp"

namespace rivulet::kinesis {

namespace asio = boost::asio;

namespace {

/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStreamConsumer.html
struct DescribeStreamConsumerInput {
    std::optional<std::string> stream_arn;
    std::optional<std::string> consumer_name;
    std::optional<std::string> consumer_arn;
    std::optional<std::string> stream_id;
};

constexpr std::array input_members = {
    wire::member<&DescribeStreamConsumerInput::stream_arn>("StreamARN", shapes::stream_arn),
    wire::member<&DescribeStreamConsumerInput::consumer_name>("ConsumerName", shapes::consumer_name),
    wire::member<&DescribeStreamConsumerInput::consumer_arn>("ConsumerARN", shapes::consumer_arn),
    wire::member<&DescribeStreamConsumerInput::stream_id>("StreamId", shapes::stream_id),
};
constexpr wire::Shape input_shape = wire::structure_shape("DescribeStreamConsumerInput", input_members);

struct ConsumerDescription {
    wire::Required<std::string> consumer_name;
    wire::Required<std::string> consumer_arn;
    wire::Required<std::string> consumer_status;
    wire::Required<Timestamp> consumer_creation_timestamp;
    wire::Required<std::string> stream_arn;
};

constexpr std::array description_members = {
    wire::member<&ConsumerDescription::consumer_name>("ConsumerName", shapes::consumer_name),
    wire::member<&ConsumerDescription::consumer_arn>("ConsumerARN", shapes::consumer_arn),
    wire::member<&ConsumerDescription::consumer_status>("ConsumerStatus", shapes::consumer_status),
    wire::member<&ConsumerDescription::consumer_creation_timestamp>("ConsumerCreationTimestamp", shapes::timestamp),
    wire::member<&ConsumerDescription::stream_arn>("StreamARN", shapes::stream_arn),
};
constexpr wire::Shape description_shape = wire::structure_shape("ConsumerDescription", description_members);

struct DescribeStreamConsumerOutput {
    wire::Required<ConsumerDescription> consumer_description;
};

constexpr std::array output_members = {
    wire::member<&DescribeStreamConsumerOutput::consumer_description>("ConsumerDescription", description_shape),
};
constexpr wire::Shape output_shape = wire::structure_shape("DescribeStreamConsumerOutput", output_members);

asio::awaitable<Result<DescribeStreamConsumerOutput>> describe_stream_consumer(
    const Call& call, const DescribeStreamConsumerInput& input) {
    const auto consumer =
        find_consumer(call, input.stream_arn, input.consumer_name, input.consumer_arn, input.stream_id);
    if (!consumer) co_return consumer.error();
    co_return DescribeStreamConsumerOutput{ConsumerDescription{(*consumer)->name, (*consumer)->arn(),
                                                               std::string(status_name((*consumer)->status)),
                                                               (*consumer)->created, (*consumer)->stream_arn()}};
}

}  // namespace

constinit const Operation describe_stream_consumer_operation =
    wire::operation<&describe_stream_consumer, input_shape, &output_shape>("DescribeStreamConsumer");

}  // namespace rivulet::kinesis
