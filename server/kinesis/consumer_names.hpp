#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/result.hpp"
#include "server/kinesis/service.hpp"
#include "storage/consumer.hpp"

/// How requests name consumers, and how answers name their states.
namespace rivulet::kinesis {

std::string_view status_name(ConsumerStatus status);

/// A consumer by its ARN, which holds its creation time.
/// Errors: access_denied for an ARN of another account; resource_not_found, also for an ARN of another region or of an
/// earlier consumer of the same name.
Result<std::shared_ptr<const Consumer>> find_consumer(const Call& call, const std::string& consumer_arn);

/// A consumer by its ARN, by its stream's ARN and its own name, or by all three.
/// Errors: as above; invalid_argument where they name none, or more than one.
Result<std::shared_ptr<const Consumer>> find_consumer(const Call& call, const std::optional<std::string>& stream_arn,
                                                      const std::optional<std::string>& consumer_name,
                                                      const std::optional<std::string>& consumer_arn,
                                                      const std::optional<std::string>& stream_id);

}  // namespace rivulet::kinesis
