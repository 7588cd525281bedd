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
    S3Service(ObjectStore& store, BlockingPool& pool, Clock& clock, Random& random)
        : context_{store, pool, clock, random} {}

    /// Answers one request of `caller`, whose credentials have been looked at before; errors are answers too. For a
    /// HEAD, the answer has the body that a GET would have, for its length; it is not to be sent.
    boost::asio::awaitable<http::Response> handle(http::Request& request, AccountRegion caller);

private:
    s3::Context context_;
};

}  // namespace rivulet
