// Targets, escapes and bodies in the aws-chunked form: nothing reads beyond its bounds, and what is decoded does not
// depend on the pieces in which it came.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <cstring>
#include <string>

#include "server/http/date.hpp"
#include "server/http/message.hpp"
#include "server/s3/aws_chunked.hpp"
#include "tests/fuzz/demand.hpp"

namespace {

using namespace rivulet;  // NOLINT
namespace asio = boost::asio;

class Pieces final : public http::Body {
public:
    Pieces(std::string_view text, std::size_t piece) : text_(text), piece_(piece) {}
    std::optional<std::uint64_t> length() const override { return text_.size(); }
    asio::awaitable<Result<std::size_t>> read_some(std::span<char> buffer) override {
        const std::size_t count = std::min({piece_, buffer.size(), text_.size() - at_});
        std::memcpy(buffer.data(), text_.data() + at_, count);
        at_ += count;
        co_return count;
    }

private:
    std::string_view text_;
    std::size_t piece_;
    std::size_t at_ = 0;
};

struct Outcome {
    bool whole = false;
    std::string bytes;
    std::string trailers;
    bool operator==(const Outcome&) const = default;
};

asio::awaitable<void> read_chunks(std::string_view encoded, std::size_t piece, Outcome& outcome) {
    Pieces pieces(encoded, piece);
    s3::AwsChunkedBody body(pieces, std::nullopt);
    auto bytes = co_await http::read_all(body, encoded.size() + 1);
    outcome.whole = bytes.has_value();
    if (bytes) outcome.bytes = std::move(*bytes);
    for (const auto& [name, value] : body.trailers()) outcome.trailers += name + '=' + value + '\n';
}

Outcome decoded(std::string_view encoded, std::size_t piece) {
    asio::io_context io;
    Outcome outcome;
    asio::co_spawn(io, read_chunks(encoded, piece, outcome), asio::detached);
    io.run();
    return outcome;
}

void check_target(std::string_view target) {
    const auto path = http::path_of(target);
    demand(path.find('?') == std::string_view::npos, "a path has no query");
    http::query_of(target);
    if (const auto plain = http::percent_decode(target))
        demand(plain->size() <= target.size(), "decoding does not add");
}

void check_dates(std::string_view text) {
    if (const auto time = http::parse_basic_date(text)) {
        demand(http::parse_basic_date(http::basic_date(*time)) == time, "a basic date comes back");
    }
    if (const auto time = http::parse_http_date(text)) {
        demand(http::parse_http_date(http::http_date(*time)) == time, "an HTTP date comes back");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t count) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), count);
    check_target(text);
    check_dates(text);
    const auto whole = decoded(text, count + 1);
    demand(whole.bytes.size() <= count, "chunks hold no more than came");
    demand(decoded(text, 7) == whole, "chunks do not depend on how they came");
    return 0;
}
