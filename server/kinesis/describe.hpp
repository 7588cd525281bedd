#pragma once

#include "server/kinesis/shapes.hpp"
#include "storage/stream.hpp"

namespace rivulet::kinesis {

/// A shard as the answers of DescribeStream and ListShards show it.
shapes::ShardDescription describe_shard(const Shard& shard);

}  // namespace rivulet::kinesis
