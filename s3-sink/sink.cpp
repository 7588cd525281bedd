#include "s3-sink/sink.hpp"

#include <nlohmann/json.hpp>

namespace rivulet {

namespace {

constexpr std::string_view white_space = " \t\r\n";
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

std::string_view trim(std::string_view text) {
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    const std::size_t first = text.find_first_not_of(white_space);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(white_space) - first + 1);
}

/// Copies valid JSON without the white space around its tokens. The elements of the outermost array, if `split`, end
/// with a newline instead of standing in brackets with commas.
std::string compact(std::string_view json, bool split) {
    std::string lines;
    lines.reserve(json.size() + 1);
    int depth = 0;
    bool in_text = false;
    for (std::size_t at = 0; at < json.size(); ++at) {
        const char c = json[at];
        if (in_text) {
            lines += c;
            if (c == '\\') {
                lines += json[++at];
            } else if (c == '"') {
                in_text = false;
            }
            continue;
        }
        if (white_space.find(c) != std::string_view::npos) continue;
        if (c == '"') in_text = true;
        if (c == ']' || c == '}') --depth;
        const bool outermost = split && depth == 0 && (c == '[' || c == ']');
        if (c == '[' || c == '{') ++depth;
        if (outermost) continue;
        lines += split && depth == 1 && c == ',' ? '\n' : c;
    }
    if (!lines.empty()) lines += '\n';
    return lines;
}

}  // namespace

std::string sink_key(const SinkTarget& target, std::string_view shard_id, std::string_view first_sequence_number) {
    std::string key = target.prefix;
    key += shard_id;
    key += '-';
    key += first_sequence_number;
    key += ".ndjson";
    return key;
}

Result<std::string> to_ndjson(std::string_view json) {
    json = trim(json);
    if (json.empty() || json == "null") return std::string{};
    if (!nlohmann::json::accept(json)) {
        return Error{ErrorCode::bad_request, "the handler's result is not JSON, so it cannot be written to the sink"};
    }
    return compact(json, json.front() == '[');
}

Result<std::optional<std::string>> write_to_sink(ObjectStore& store, const SinkTarget& target,
                                                 std::string_view shard_id, std::string_view first_sequence_number,
                                                 std::string_view result_json) {
    const auto lines = to_ndjson(result_json);
    if (!lines) return lines.error();
    std::string key = sink_key(target, shard_id, first_sequence_number);
    if (lines->empty()) {
        if (auto done = store.erase(target.bucket, key); !done) return done.error();
        return std::optional<std::string>{};
    }
    const auto stored = store.put(target.bucket, key, *lines, "application/x-ndjson");
    if (!stored) return stored.error();
    return std::optional<std::string>{std::move(key)};
}

}  // namespace rivulet
