package io.tyto.store;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A flat name space of immutable objects. Keys are `/`-separated ids, never user text.
///
/// Every call that returns normally has made its effect durable, and a key that can be seen is
/// durable too. DISK_FULL means that nothing was stored; STORE_FAILED that the outcome is unknown
/// or the store refuses. Thread-safe.
public interface Store extends AutoCloseable {
  enum Put {
    CREATED,
    EXISTS
  }

  /// The conditional put on which all commits rest.
  Put putIfAbsent(String key, byte[] content);

  /// Stores once more what was found under a key. Another process put it, and may have failed in
  /// making its name durable, which no later force makes up for. For whoever is about to build on
  /// it; a rival may do the same at the same time.
  ///
  /// @param content what {@link #get} gave
  void renew(String key, byte[] content);

  /// Moves a finished file of {@link #scratchFolder} into the store; it is forced first and gone
  /// from the scratch folder afterwards. The key is unique to its content: finding it there with
  /// the same content is success (a repeated call), with other content STORE_FAILED.
  void putFile(String key, Path file);

  Optional<byte[]> get(String key);

  /// Keys that start with the prefix, ascending.
  List<String> list(String prefix);

  /// Returns normally where the key did not exist.
  void delete(String key);

  /// Makes the names in a folder durable: a process that died between putting an object and hearing
  /// of its durability leaves one that can be seen and may yet vanish. For whoever builds on what
  /// it finds without putting anything beside it. A folder that does not exist is settled.
  void settle(String folder);

  boolean exists(String key);

  /// STORE_FAILED where the key does not exist.
  long size(String key);

  /// Hash of the content, read in pieces through file calls and never over a mapping; lower-case
  /// hex. STORE_FAILED where the key does not exist.
  String sha256(String key);

  /// When the object was stored, in epoch milliseconds of the store's own clock.
  long modifiedMillis(String key);

  /// Now, by the clock of {@link #modifiedMillis}: only ages are computed from the two, never an
  /// order.
  long nowMillis();

  /// A local file with the object's content, for mapping. Open it at once: where it is a copy of an
  /// object elsewhere, its name may go when others take its room; what is open stays.
  Path localFile(String key);

  /// Whether objects lie elsewhere, so that their local files are copies that have to be brought
  /// and that take room.
  default boolean isRemote() {
    return false;
  }

  /// The same as {@link #localFile} for a caller who keeps it open: a copy stays, and counts for
  /// the room that copies take, until its holder lets it go. SEGMENT_CORRUPT where the object does
  /// not have the hash that its key names; STORE_FAILED where it cannot be brought.
  ///
  /// @param holder of this key until it lets go, or {@link #forget} is called
  default Path hold(String key, CopyHolder holder) {
    return localFile(key);
  }

  /// A copy goes: it is damaged, or of no use any more. It is brought anew when it is asked for
  /// again; who has it open keeps what they have.
  default void forget(String key) {}

  /// Copies below a folder that nothing names any more go, as those that are left of what was
  /// deleted or replaced while nobody looked.
  ///
  /// @param keys of what is named
  default void forgetOthers(String folder, Set<String> keys) {}

  /// Makes room where copies take more than they may: to be called when a holder has become able to
  /// let go.
  default void makeRoom() {}

  /// A folder on the same file system for files on their way into {@link #putFile}.
  Path scratchFolder();

  /// Removes what a crash left in the scratch folder. Only for the process whose folder it is.
  default void clearScratch() {}

  /// Refuses (STORE_UNSUITABLE) a store whose conditional put, links or folder fsync do not hold.
  void probe();

  /// Ends what is under way; a later call may fail.
  @Override
  default void close() {}
}
