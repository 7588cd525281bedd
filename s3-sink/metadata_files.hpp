#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/account_region.hpp"
#include "common/clock.hpp"
#include "common/random.hpp"
#include "common/result.hpp"
#include "config/settings.hpp"
#include "s3-sink/file_system.hpp"

namespace rivulet {

/// Named texts kept with an object, such as `content-type`: the names in lower case.
using Attributes = std::vector<std::pair<std::string, std::string>>;

/// Which state of which file a note speaks of. A file that was edited or replaced by hand has another one.
struct FileIdentity {
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    std::int64_t modified_nanoseconds = 0;

    bool operator==(const FileIdentity&) const = default;
};

FileIdentity identity_of(const struct stat& status);

/// What is known of an object and not in its file.
struct ObjectNote {
    std::string etag;  ///< without quotes
    Attributes attributes;
};

struct BucketNote {
    AccountRegion owner;
    Timestamp created;
};

/// What is kept beside the visible tree: a small file for each object and each bucket, below `.meta`. An object's file
/// has the notes of two identities, the one that is in the bucket and the one about to replace it, so that at whatever
/// moment the process dies, the note of the file that is there is there too.
///
/// Thread safety: members may be called from any thread, but only one thread may write an object's notes at a time.
class MetadataFiles {
public:
    /// Opens `.meta` and `.tmp` in `root`, creates them if absent, and removes what a crash left in `.tmp`.
    static Result<MetadataFiles> open(int root, Durability durability, Random& random);

    /// The directory for files on their way.
    int temporary_directory() const { return temporary_.get(); }

    /// The note on the file of that identity, or nothing.
    std::optional<ObjectNote> find(const std::string& bucket, std::string_view key, const FileIdentity& identity) const;

    /// Notes `note` on the file of `identity`. The note on `keep`, if there is one, stays; others are forgotten.
    Result<void> put(const std::string& bucket, std::string_view key, const FileIdentity& identity,
                     const ObjectNote& note, const std::optional<FileIdentity>& keep);

    /// Forgets all notes on an object.
    void erase(const std::string& bucket, std::string_view key);

    std::optional<BucketNote> find_bucket(const std::string& bucket) const;
    Result<void> put_bucket(const std::string& bucket, const BucketNote& note);

    /// Forgets a bucket and its objects.
    Result<void> erase_bucket(const std::string& bucket);

private:
    MetadataFiles(FileHandle notes, FileHandle temporary, Durability durability, Random& random)
        : notes_(std::move(notes)), temporary_(std::move(temporary)), durability_(durability), random_(&random) {}

    Result<void> replace(int directory, const std::string& name, std::string_view bytes);

    FileHandle notes_;
    FileHandle temporary_;
    Durability durability_;
    Random* random_;
};

}  // namespace rivulet
