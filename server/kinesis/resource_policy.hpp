#pragma once

#include <string_view>

#include "common/result.hpp"

namespace rivulet::kinesis {

/// Whether a text can be a resource policy: a JSON document of the policy language with at least one statement, each
/// with an effect, a principal and actions
/// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html).
/// Errors: invalid_argument, saying what is wrong.
Result<void> check_resource_policy(std::string_view policy);

}  // namespace rivulet::kinesis
