#pragma once

#include <optional>
#include <string_view>

#include "server/s3/operations.hpp"

namespace rivulet::s3 {

/// What a request's path speaks of.
enum class Level { service, bucket, object };

/// An operation of the service: which requests mean it, and how it is done here, if it is.
struct Route {
    std::string_view method;
    Level level;
    std::string_view sub_resource;  ///< a query parameter that must be there; empty for the plain operation
    std::string_view name;          ///< as in the service's API
    Operation operation;            ///< null: not implemented
};

/// The operation a request means, or null if the service has none of that method for what the path speaks of.
const Route* find_route(const Call& call);

}  // namespace rivulet::s3
