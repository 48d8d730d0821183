package io.tyto.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/// The few file operations that durable state is made of, so that tests can make each of them fail.
///
/// Every method is one I/O step; an IOException leaves the caller to decide. Thread-safe.
public interface Disk {
  /// The operating system's file system.
  Disk SYSTEM = new SystemDisk();

  /// A file open for appending or reading at a position.
  interface File extends AutoCloseable {
    /// Writes all bytes at the end.
    void append(ByteBuffer bytes) throws IOException;

    /// Reads until the buffer is full or the file ends; returns bytes read.
    int read(ByteBuffer target, long byteOffset) throws IOException;

    long size() throws IOException;

    /// Cuts the end off. What a failed {@link #force} left in doubt is cut off with it, and the
    /// file is as it was.
    void truncate(long size) throws IOException;

    /// Makes content durable. After a failure the content is suspect for ever: a second call may
    /// succeed without it, so callers give the file up instead.
    void force() throws IOException;

    @Override
    void close() throws IOException;
  }

  /// Creates a new file; fails if it exists.
  File create(Path path) throws IOException;

  File openForAppend(Path path) throws IOException;

  File openForRead(Path path) throws IOException;

  /// Put-if-absent of a name: false if `target` exists. Never replaces.
  boolean link(Path source, Path target) throws IOException;

  /// Moves a file to a name in one step, whether the name exists or not. Only for putting the same
  /// content there anew: what stood there is gone without a word.
  void replace(Path source, Path target) throws IOException;

  void delete(Path path) throws IOException;

  boolean exists(Path path);

  boolean isFolder(Path path);

  /// When the content last changed, in epoch milliseconds of the file system's own clock.
  long modifiedMillis(Path path) throws IOException;

  /// Files and folders directly below, sorted by name; empty if the folder does not exist.
  List<Path> list(Path folder) throws IOException;

  void createFolders(Path folder) throws IOException;

  /// Makes names in the folder durable. After a failure they are suspect for ever, for every
  /// process: a second call may succeed without them. Only a name that is made anew is as good as
  /// any.
  void forceFolder(Path folder) throws IOException;

  long freeBytes(Path folder) throws IOException;
}
