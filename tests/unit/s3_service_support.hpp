#pragma once

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "common/blocking.hpp"
#include "server/s3/s3_service.hpp"
#include "tests/unit/s3_support.hpp"

namespace rivulet {

/// A body that comes in pieces of a given size, and may break off.
class BodyOfText final : public http::Body {
public:
    explicit BodyOfText(std::string text, std::size_t piece = 7, bool breaks_off = false)
        : text_(std::move(text)), piece_(piece), breaks_off_(breaks_off) {}

    std::optional<std::uint64_t> length() const override { return text_.size() + (breaks_off_ ? 1 : 0); }

    boost::asio::awaitable<Result<std::size_t>> read_some(std::span<char> buffer) override {
        const std::size_t count = std::min({piece_, buffer.size(), text_.size() - at_});
        if (count == 0 && breaks_off_) co_return Error{ErrorCode::bad_request, "broken off"};
        std::memcpy(buffer.data(), text_.data() + at_, count);
        at_ += count;
        co_return count;
    }

private:
    std::string text_;
    std::size_t piece_;
    bool breaks_off_;
    std::size_t at_ = 0;
};

/// Runs a coroutine to its end.
template <class T>
T run_to_end(boost::asio::awaitable<T> coroutine) {
    boost::asio::io_context io;
    auto answer = boost::asio::co_spawn(io, std::move(coroutine), boost::asio::use_future);
    io.run();
    return answer.get();
}

/// An answer with its body read.
struct ReadAnswer {
    unsigned status = 0;
    http::Fields headers;
    std::string body;

    std::string header(std::string_view name) const { return std::string(headers.get(name)); }
    /// The text of the body's first element of that name.
    std::string element(const std::string& name) const {
        const std::size_t begin = body.find("<" + name + ">");
        if (begin == std::string::npos) return {};
        const std::size_t text = begin + name.size() + 2;
        return body.substr(text, body.find("</" + name + ">", text) - text);
    }
    std::string code() const { return element("Code"); }
};

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The service over a store with the bucket `bucket`, called without a network.
class S3UnderTest {
public:
    /// Any well-formed credentials are let in.
    S3UnderTest() : authenticator_(objects.clock) {}
    /// Only these are.
    explicit S3UnderTest(wire::Authenticator::Secrets secrets)
        : authenticator_(objects.clock, std::move(secrets), objects.random) {}

    ReadAnswer call(const std::string& method, const std::string& target, const Headers& headers = {},
                    std::string body = {}) {
        const std::size_t length = body.size();
        BodyOfText source(std::move(body));
        return call(method, target, headers, source, length);
    }

    ReadAnswer call(const std::string& method, const std::string& target, const Headers& headers, http::Body& body,
                    std::size_t length) {
        http::Request request{method, target, {}, &body};
        if (method == "PUT" || method == "POST") request.headers.set("Content-Length", std::to_string(length));
        for (const auto& [name, value] : headers) request.headers.add(name, value);
        if (!request.headers.find("Host")) request.headers.set("Host", "127.0.0.1:4566");
        return run_to_end(answer(request));
    }

    ObjectStoreUnderTest objects;

private:
    boost::asio::awaitable<ReadAnswer> answer(http::Request& request) {
        auto response = co_await service_.handle(request);
        ReadAnswer read{response.status, std::move(response.headers), {}};
        if (auto* const text = std::get_if<std::string>(&response.body)) {
            read.body = std::move(*text);
        } else if (request.method != "HEAD") {
            auto bytes = co_await http::read_all(*std::get<1>(response.body), 64 * 1024 * 1024);
            EXPECT_TRUE(bytes);
            if (bytes) read.body = std::move(*bytes);
        }
        co_return read;
    }

    BlockingPool pool_{2};
    wire::Authenticator authenticator_;
    S3Service service_{*objects.store, pool_, objects.clock, objects.random, authenticator_, test_owner};
};

}  // namespace rivulet
