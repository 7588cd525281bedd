#pragma once

#include <string_view>

namespace rivulet {

/// Whether `name` may name a bucket: 3 to 63 lower-case letters, digits, dots and hyphens; a letter or digit first and
/// last; no two dots together; not like an IP address; none of the reserved prefixes and suffixes
/// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html).
bool is_bucket_name(std::string_view name);

}  // namespace rivulet
