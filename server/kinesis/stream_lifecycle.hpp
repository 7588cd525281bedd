#pragma once

#include "server/kinesis/lifecycle.hpp"

namespace rivulet::kinesis {

/// Streams, by `stream_key`: CREATING, UPDATING and DELETING end when their change is due.
Lifecycle::Kind stream_lifecycle(Store& store);

}  // namespace rivulet::kinesis
