#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "storage/written_sizes.hpp"

namespace rivulet {

/// What is wrong with the journals of a database that is closed, going by what was noted of them, in words such as
/// "000034.log is missing"; nothing if all is there as it was written. RocksDB itself takes a journal for whole that
/// was cut, and some damage for the place where a crash ended it, and deletes what it then knows nothing of.
std::optional<std::string> find_damage(const std::filesystem::path& directory, const std::vector<Journal>& noted);

/// `noted` without what says nothing of the directory as it is now: all of it, if the manifest in use is not among it,
/// as after another program wrote to the directory.
std::vector<Journal> still_valid(const std::filesystem::path& directory, std::vector<Journal> noted);

}  // namespace rivulet
