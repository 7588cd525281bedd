#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/random.hpp"
#include "server/http/message.hpp"
#include "server/wire/authenticator.hpp"
#include "server/wire/decode.hpp"
#include "server/wire/operation.hpp"

namespace rivulet::wire {

/// A service behind the AWS JSON 1.1 protocol and its CBOR twin: one POST for each operation, named by `X-Amz-Target`.
class JsonService {
public:
    virtual ~JsonService() = default;

    /// What requests' credentials must be scoped to.
    virtual std::string_view signing_name() const = 0;

    /// What comes before the dot in `X-Amz-Target`.
    virtual std::string_view target_prefix() const = 0;

    /// The most bytes a body may have.
    virtual std::size_t max_body_bytes() const = 0;

    /// The shape of an operation's input and a fresh C++ structure for it; nothing for an unknown operation.
    struct Input {
        const Shape* shape;
        std::shared_ptr<void> structure;
    };
    virtual std::optional<Input> input_of(std::string_view operation) const = 0;

    /// Runs an operation on a decoded and validated input; the answer is its encoded output, or its events.
    virtual boost::asio::awaitable<Result<Answer>> run(std::string_view operation, const Credentials& caller,
                                                       const void* input, Format format) = 0;
};

/// Answers one request: the checks in the service's own order (body and content type, syntax, target, credentials,
/// types, constraints), then the operation; CORS and request ids on the way out.
boost::asio::awaitable<http::Response> answer_json(JsonService& service, http::Request& request,
                                                   const Authenticator& authenticator, Random& random);

}  // namespace rivulet::wire
