#pragma once

#include <boost/asio/awaitable.hpp>

#include "common/account_region.hpp"
#include "server/http/message.hpp"
#include "server/s3/operations.hpp"

namespace rivulet {

/// S3 over its REST protocol, in path style (`/bucket/key`) and virtual-hosted style (a Host header that begins with
/// the bucket). Bodies are streamed in both directions.
///
/// Thread safety: `handle` may run on several threads at once. What is given must outlive it.
class S3Service {
public:
    /// Requests without a signature are `anonymous`'s, unless signatures are verified.
    S3Service(ObjectStore& store, BlockingPool& pool, Clock& clock, Random& random,
              const wire::Authenticator& authenticator, AccountRegion anonymous)
        : context_{store, pool, clock, random, authenticator}, anonymous_(std::move(anonymous)) {}

    /// Answers one request; errors are answers too. For a HEAD, the answer has the body that a GET would have, for its
    /// length; it is not to be sent.
    boost::asio::awaitable<http::Response> handle(http::Request& request);

private:
    s3::Context context_;
    AccountRegion anonymous_;
};

}  // namespace rivulet
