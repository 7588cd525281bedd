#include "s3-sink/metadata_files.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>

#include "common/hashing.hpp"
#include "common/hex.hpp"

namespace rivulet {

namespace {

using nlohmann::json;

// CBOR, because header values may be bytes that are not UTF-8.
constexpr const char* bucket_file = "bucket.cbor";

struct NotePlace {
    std::array<std::string, 2> directories;
    std::string name;
};

/// A flat name: the visible tree's conflicts between files and directories do not arise a second time.
NotePlace place_of(const std::string& bucket, std::string_view key) {
    const std::string digest = hex_encode(sha256(key));
    return {{bucket, digest.substr(0, 2)}, digest.substr(2)};
}

std::string encode(const json& value) {
    std::string bytes;
    json::to_cbor(value, bytes);
    return bytes;
}

json decode(std::string_view bytes) {
    return json::from_cbor(bytes, true, false);
}

json read_notes(int notes, const NotePlace& place) {
    const auto directory = walk(notes, place.directories);
    if (!directory) return {};
    const auto file = open_file(directory.get(), place.name);
    if (!file) return {};
    const auto bytes = read_file(file.get());
    return bytes ? decode(*bytes) : json{};
}

json to_json(const FileIdentity& identity, const ObjectNote& note) {
    json attributes = json::array();
    for (const auto& [name, value] : note.attributes) attributes.push_back({name, value});
    return {{"inode", identity.inode},
            {"size", identity.size},
            {"modified", identity.modified_nanoseconds},
            {"etag", note.etag},
            {"attributes", std::move(attributes)}};
}

bool speaks_of(const json& entry, const FileIdentity& identity) {
    return entry.is_object() && entry.value("inode", std::uint64_t{0}) == identity.inode &&
           entry.value("size", std::uint64_t{0}) == identity.size &&
           entry.value("modified", std::int64_t{0}) == identity.modified_nanoseconds;
}

/// The entry on a file in notes as they were read, or null.
const json* find_entry(const json& notes, const FileIdentity& identity) {
    if (!notes.is_array()) return nullptr;
    for (const auto& entry : notes) {
        if (speaks_of(entry, identity)) return &entry;
    }
    return nullptr;
}

ObjectNote from_json(const json& entry) {
    ObjectNote note;
    note.etag = entry.value("etag", std::string{});
    for (const auto& attribute : entry.value("attributes", json::array())) {
        note.attributes.emplace_back(attribute.at(0).get<std::string>(), attribute.at(1).get<std::string>());
    }
    return note;
}

}  // namespace

FileIdentity identity_of(const struct stat& status) {
    return {status.st_ino, static_cast<std::uint64_t>(status.st_size), modified_nanoseconds(status)};
}

Result<MetadataFiles> MetadataFiles::open(int root, Durability durability, Random& random) {
    auto notes = ensure_directory(root, ".meta");
    if (!notes) return notes.error();
    auto temporary = ensure_directory(root, ".tmp");
    if (!temporary) return temporary.error();
    if (auto done = remove_contents(temporary->get()); !done) return done.error();
    return MetadataFiles(std::move(*notes), std::move(*temporary), durability, random);
}

std::optional<ObjectNote> MetadataFiles::find(const std::string& bucket, std::string_view key,
                                              const FileIdentity& identity) const try {
    const json notes = read_notes(notes_.get(), place_of(bucket, key));
    const json* entry = find_entry(notes, identity);
    if (entry == nullptr) return std::nullopt;
    return from_json(*entry);
} catch (const json::exception&) {
    return std::nullopt;  // Not what this program writes; the object's bytes still tell its ETag.
}

Result<void> MetadataFiles::put(const std::string& bucket, std::string_view key, const FileIdentity& identity,
                                const ObjectNote& note, const std::optional<FileIdentity>& keep) try {
    const auto place = place_of(bucket, key);
    json entries = json::array({to_json(identity, note)});
    if (keep) {
        const json before = read_notes(notes_.get(), place);
        if (const json* kept = find_entry(before, *keep)) entries.push_back(*kept);
    }
    auto directory = walk(notes_.get(), place.directories);
    if (!directory) {
        auto outer = ensure_directory(notes_.get(), place.directories[0]);
        if (!outer) return outer.error();
        auto inner = ensure_directory(outer->get(), place.directories[1]);
        if (!inner) return inner.error();
        if (durability_ == Durability::power) {
            if (auto done = sync(outer->get()); !done) return done.error();
            if (auto done = sync(notes_.get()); !done) return done.error();
        }
        directory = std::move(*inner);
    }
    return replace(directory.get(), place.name, encode(entries));
} catch (const json::exception& error) {
    return Error{ErrorCode::io_failure, std::string("an object's metadata is damaged: ") + error.what()};
}

void MetadataFiles::erase(const std::string& bucket, std::string_view key) {
    const auto place = place_of(bucket, key);
    const auto directory = walk(notes_.get(), place.directories);
    if (directory) unlinkat(directory.get(), place.name.c_str(), 0);
}

std::optional<BucketNote> MetadataFiles::find_bucket(const std::string& bucket) const try {
    const auto directory = open_directory(notes_.get(), bucket);
    if (!directory) return std::nullopt;
    const auto file = open_file(directory.get(), bucket_file);
    if (!file) return std::nullopt;
    const auto bytes = read_file(file.get());
    if (!bytes) return std::nullopt;
    const json note = decode(*bytes);
    return BucketNote{{note.at("account").get<std::string>(), note.at("region").get<std::string>()},
                      Timestamp{std::chrono::milliseconds{note.at("created").get<std::int64_t>()}}};
} catch (const json::exception&) {
    return std::nullopt;
}

Result<void> MetadataFiles::put_bucket(const std::string& bucket, const BucketNote& note) {
    const json value = {{"account", note.owner.account},
                        {"region", note.owner.region},
                        {"created", note.created.time_since_epoch().count()}};
    const auto directory = ensure_directory(notes_.get(), bucket);
    if (!directory) return directory.error();
    if (durability_ == Durability::power) {
        if (auto done = sync(notes_.get()); !done) return done.error();
    }
    return replace(directory->get(), bucket_file, encode(value));
}

Result<void> MetadataFiles::erase_bucket(const std::string& bucket) {
    const auto directory = open_directory(notes_.get(), bucket);
    if (!directory) return {};
    if (auto done = remove_contents(directory.get()); !done) return done.error();
    unlinkat(notes_.get(), bucket.c_str(), AT_REMOVEDIR);
    return {};
}

/// Puts a file in place at once, so that a reader sees the old or the new bytes.
Result<void> MetadataFiles::replace(int directory, const std::string& name, std::string_view bytes) {
    const std::string temporary = random_uuid(*random_);
    const auto file = create_file(temporary_.get(), temporary);
    if (!file) return file.error();
    auto done = write_all(file->get(), bytes);
    if (done && durability_ == Durability::power) done = sync(file->get());
    if (done && renameat(temporary_.get(), temporary.c_str(), directory, name.c_str()) != 0) {
        done = system_error("write an object's metadata", errno);
    }
    if (!done) {
        unlinkat(temporary_.get(), temporary.c_str(), 0);
        return done.error();
    }
    return durability_ == Durability::power ? sync(directory) : Result<void>{};
}

}  // namespace rivulet
