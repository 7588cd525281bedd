#include "lambda-runner/kinesis_batch.hpp"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "common/base64.hpp"
#include "common/limits.hpp"

namespace rivulet {

namespace {

constexpr std::string_view opening = R"({"Records":[)";
constexpr std::string_view closing = "]}";

void append_quoted(std::string& out, std::string_view text) {
    const bool plain = std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
    if (plain) {
        out += '"';
        out += text;
        out += '"';
        return;
    }
    out += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// Seconds since the epoch, with milliseconds as the fraction.
void append_seconds(std::string& out, Timestamp time) {
    const auto milliseconds = static_cast<long long>(time.time_since_epoch().count());
    char text[32];
    std::snprintf(text, sizeof text, "%lld.%03lld", milliseconds / 1000, milliseconds % 1000);
    out += text;
}

}  // namespace

KinesisBatch::KinesisBatch(const EventSourceMapping& mapping, const Stream& stream, const Shard& shard)
    : shard_(shard), max_records_(static_cast<std::size_t>(mapping.batch_size)), event_(opening) {
    event_id_prefix_ = R"(},"eventSource":"aws:kinesis","eventVersion":"1.0","eventID":")" + shard_id(shard.ordinal);
    tail_ = R"(","eventName":"aws:kinesis:record","invokeIdentityArn":"arn:aws:iam::)" + mapping.owner.account +
            R"(:role/lambda-role","awsRegion":")" + mapping.owner.region + R"(","eventSourceARN":")" + stream.arn() +
            "\"}";
}

bool KinesisBatch::add(const StoredRecord& record) {
    if (full()) return false;
    const std::string sequence_number = to_string(sequence_number_of(shard_, record.position));
    const std::size_t before = event_.size();
    if (!empty()) event_ += ',';
    event_ += R"({"kinesis":{"kinesisSchemaVersion":"1.0","partitionKey":)";
    append_quoted(event_, record.partition_key);
    event_ += R"(,"sequenceNumber":")";
    event_ += sequence_number;
    event_ += R"(","data":")";
    base64_append(event_, record.data);
    event_ += R"(","approximateArrivalTimestamp":)";
    append_seconds(event_, arrival_of(record.position));
    event_ += event_id_prefix_;
    event_ += ':';
    event_ += sequence_number;
    event_ += tail_;
    if (!empty() && event_.size() + closing.size() > limits::max_invocation_bytes) {
        event_.resize(before);
        full_ = true;
        return false;
    }
    if (empty()) {
        first_ = record.position;
        first_sequence_number_ = sequence_number;
    }
    next_ = record.position + 1;
    ++records_;
    return true;
}

ReadLimits KinesisBatch::room() const {
    const std::size_t left = limits::max_invocation_bytes - std::min(limits::max_invocation_bytes, event_.size());
    return {max_records_ - records_, std::max<std::size_t>(left / 4 * 3, 1)};
}

std::string KinesisBatch::take_event() {
    full_ = true;
    event_ += closing;
    return std::move(event_);
}

}  // namespace rivulet
