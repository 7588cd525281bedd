#include "s3-sink/object_tree.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <vector>

#include "s3-sink/path_cursor.hpp"

namespace rivulet {

namespace {

/// How often a step starts again when somebody else removes or creates directories under its feet.
constexpr int attempts = 16;

using Names = std::span<const std::string>;

FoundObject open_at(int bucket, const KeyPath& path) {
    const auto directory = walk(bucket, Names(path).first(path.size() - 1));
    if (!directory) return {};
    FoundObject found{open_file(directory.get(), path.back()), {}};
    if (found.file && fstat(found.file.get(), &found.status) != 0) return {};
    return found;
}

EntryKind kind_at(int bucket, const KeyPath& path) {
    const auto directory = walk(bucket, Names(path).first(path.size() - 1));
    return directory ? kind_of_entry(directory.get(), path.back()) : EntryKind::absent;
}

Error in_the_way(Names names) {
    std::string path;
    for (const auto& name : names) path += "/" + name;
    return {ErrorCode::io_failure, "something that is neither a directory nor an object is in the way at " + path};
}

Result<FileHandle> make_way(int bucket, Names names, bool durable);

/// Renames the object whose plain path is `names` to its marked path, so that a directory can have the name.
Result<void> move_aside(int bucket, Names names, bool durable) {
    const auto key = key_of_path(names);
    if (!key || !std::ranges::equal(path_of_key(*key), names)) return in_the_way(names);
    const KeyPath marked = marked_path_of_key(*key);
    const auto from = walk(bucket, names.first(names.size() - 1));
    auto to = make_way(bucket, Names(marked).first(marked.size() - 1), durable);
    if (!to) return to.error();
    if (renameat(from.get(), names.back().c_str(), to->get(), marked.back().c_str()) != 0 && errno != ENOENT) {
        return system_error("move an object aside", errno);
    }
    if (!durable) return {};
    if (auto done = sync(to->get()); !done) return done.error();
    return sync(from.get());
}

/// Opens the directory `names` lead to, creating what is absent.
Result<FileHandle> make_way(int bucket, Names names, bool durable) {
    FileHandle here = walk(bucket, {});
    if (!here) return system_error("open the bucket", errno);
    for (std::size_t depth = 0; depth < names.size(); ++depth) {
        const auto& name = names[depth];
        auto next = open_directory(here.get(), name);
        if (!next) {
            const auto kind = kind_of_entry(here.get(), name);
            if (kind == EntryKind::other) return in_the_way(names.first(depth + 1));
            if (kind == EntryKind::file) {
                if (auto done = move_aside(bucket, names.first(depth + 1), durable); !done) return done.error();
            }
            auto created = ensure_directory(here.get(), name);
            if (!created) return created.error();
            if (durable) {
                if (auto done = sync(here.get()); !done) return done.error();
            }
            next = std::move(*created);
        }
        here = std::move(next);
    }
    return here;
}

/// The object's path now, or the one it shall have.
KeyPath choose_path(int bucket, std::string_view key) {
    KeyPath plain = path_of_key(key);
    KeyPath marked = marked_path_of_key(key);
    const auto kind = kind_at(bucket, plain);
    if (kind == EntryKind::directory) return marked;
    // Kept aside although the directory has gone: replacing it where it is needs one rename.
    if (kind == EntryKind::absent && kind_at(bucket, marked) == EntryKind::file) return marked;
    return plain;
}

/// Removes the directories on the way that are empty now, the innermost first.
void prune(PathCursor& cursor, Names names) {
    for (; !names.empty(); names = names.first(names.size() - 1)) {
        const auto parent = cursor.open(names.first(names.size() - 1));
        if (!parent || unlinkat(parent.get(), names.back().c_str(), AT_REMOVEDIR) != 0) return;
    }
}

void prune(int bucket, Names names) {
    PathCursor cursor(bucket);
    prune(cursor, names);
}

Result<void> remove_at(int bucket, const KeyPath& path, bool durable) {
    const Names parents = Names(path).first(path.size() - 1);
    const auto directory = walk(bucket, parents);
    if (!directory || kind_of_entry(directory.get(), path.back()) != EntryKind::file) return {};
    if (unlinkat(directory.get(), path.back().c_str(), 0) != 0 && errno != ENOENT) {
        return system_error("delete an object", errno);
    }
    if (durable) {
        if (auto done = sync(directory.get()); !done) return done.error();
    }
    prune(bucket, parents);
    return {};
}

}  // namespace

FoundObject find_object(int bucket, std::string_view key) {
    // The plain name first: an object moves aside, never back, so it cannot be missed in between.
    if (auto found = open_at(bucket, path_of_key(key)); found.file) return found;
    return open_at(bucket, marked_path_of_key(key));
}

Result<void> place_object(int bucket, std::string_view key, const LooseFile& file, bool durable) {
    Error last{ErrorCode::io_failure, "cannot store the object"};
    for (int attempt = 0; attempt < attempts; ++attempt) {
        const KeyPath path = choose_path(bucket, key);
        const Names parents = Names(path).first(path.size() - 1);
        auto directory = make_way(bucket, parents, durable);
        if (!directory) {
            prune(bucket, parents);
            last = directory.error();
            continue;
        }
        if (renameat(file.directory, file.name.c_str(), directory->get(), path.back().c_str()) == 0) {
            return durable ? sync(directory->get()) : Result<void>{};
        }
        const int failure = errno;
        last = system_error("store the object", failure);
        prune(bucket, parents);
        // The directory was removed, or one of the file's name was made, by somebody else.
        if (failure != ENOENT && failure != EISDIR) break;
    }
    return last;
}

Result<void> remove_object(int bucket, std::string_view key, bool durable) {
    if (auto done = remove_at(bucket, path_of_key(key), durable); !done) return done.error();
    return remove_at(bucket, marked_path_of_key(key), durable);
}

void remove_empty_directories(int bucket) {
    PathCursor cursor(bucket);
    std::vector<KeyPath> pending{{}};
    while (!pending.empty()) {
        const KeyPath path = std::move(pending.back());
        pending.pop_back();
        const auto directory = cursor.open(path);
        if (!directory) continue;
        const auto entries = read_directory(directory.get());
        if (!entries) continue;
        bool leaf = true;
        for (const auto& [name, kind] : *entries) {
            if (kind != EntryKind::directory) continue;
            leaf = false;
            pending.push_back(path);
            pending.back().push_back(name);
        }
        if (leaf) prune(cursor, path);
    }
}

}  // namespace rivulet
