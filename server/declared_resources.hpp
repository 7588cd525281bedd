#pragma once

#include <boost/asio/awaitable.hpp>

#include "common/blocking.hpp"
#include "common/result.hpp"
#include "lambda-runner/lambda_tables.hpp"
#include "s3-sink/object_store.hpp"
#include "server/command_line.hpp"
#include "server/kinesis/service.hpp"

namespace rivulet {

/// Where declared resources go.
struct ResourceOwners {
    kinesis::Service& kinesis;
    ObjectStore& objects;
    LambdaTables& lambda;
    BlockingPool& pool;
};

/// Creates what the configuration file declares and is absent, through the same functions as the APIs; what is present
/// is left alone. All declarations are checked first: of a file with a mistake in it nothing is created. Errors:
/// configuration, as `file:line: what is refused`.
boost::asio::awaitable<Result<void>> declare_resources(const Launch& launch, ResourceOwners owners);

}  // namespace rivulet
