#pragma once

#include "server/kinesis/lifecycle.hpp"

namespace rivulet::kinesis {

/// Consumers, by `consumer_key`: CREATING ends in ACTIVE, and DELETING in their end.
Lifecycle::Kind consumer_lifecycle(Store& store);

}  // namespace rivulet::kinesis
