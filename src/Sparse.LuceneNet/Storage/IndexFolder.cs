using Lucene.Net.Index;
using Lucene.Net.Store;
using Sparse.LuceneNet.Postings;
using Lock = Lucene.Net.Store.Lock;

namespace Sparse.LuceneNet.Storage;

/// <summary>What a folder holds, and the sentences for what is wrong with it.</summary>
internal static class IndexFolder
{
    private const string LockFile = "write.lock";
    private const string FirstCommit = "segments_1";

    /// <summary>True when the folder holds a Lucene index, sound or damaged.</summary>
    /// <param name="path">A folder; it need not exist.</param>
    /// <returns>False for nothing, for other files, and for what a process killed while creating an index left behind.</returns>
    public static bool HoldsIndex(string path)
    {
        string[] files = FileNames(path);
        return files.Any(IsCommit) && !IsLeftover(path, files);
    }

    /// <summary>Refuses a folder where no index may be made.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="IOException">It is a file, or holds an index or other files.</exception>
    public static void RequireFree(string path)
    {
        if (File.Exists(path))
        {
            throw new IOException($"'{path}' is a file, not a folder; choose another name for the index.");
        }

        if (HoldsIndex(path))
        {
            throw new IOException($"'{path}' already holds an index; open it to add to it, or choose another folder.");
        }

        string[] files = FileNames(path);
        if (!IsLeftover(path, files) && System.IO.Directory.Exists(path) && System.IO.Directory.EnumerateFileSystemEntries(path).Any())
        {
            throw new IOException($"'{path}' holds something other than an index ('{Path.GetFileName(System.IO.Directory.EnumerateFileSystemEntries(path).First())}'); choose an empty folder.");
        }
    }

    /// <summary>Removes the torn first commit of a process that was killed while it created an index: Lucene would stumble over it.</summary>
    /// <param name="path">A folder that <see cref="RequireFree"/> let pass.</param>
    /// <exception cref="LockObtainFailedException">Another process is creating an index there just now.</exception>
    public static void RemoveLeftover(string path)
    {
        if (!File.Exists(Path.Combine(path, FirstCommit)))
        {
            return;
        }

        using FSDirectory directory = FSDirectory.Open(path, new ExclusiveLockFactory());
        using Lock writeLock = directory.MakeLock(LockFile);
        writeLock.Obtain(IndexWriterConfig.WRITE_LOCK_TIMEOUT);
        if (IsLeftover(path, FileNames(path)))
        {
            File.Delete(Path.Combine(path, FirstCommit));
        }
    }

    /// <summary>Refuses a folder without an index.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="DirectoryNotFoundException">There is none.</exception>
    public static void RequireIndex(string path)
    {
        if (!HoldsIndex(path))
        {
            throw new DirectoryNotFoundException($"There is no index in '{path}'.");
        }
    }

    /// <summary>Runs what reads or writes an index, and turns Lucene's errors into sentences.</summary>
    /// <typeparam name="T">The result.</typeparam>
    /// <param name="path">The folder, for the sentences.</param>
    /// <param name="action">What to run.</param>
    /// <returns>Its result.</returns>
    /// <exception cref="IOException">The index is locked.</exception>
    /// <exception cref="InvalidDataException">Its files are damaged or of another format.</exception>
    public static T Guard<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (LockObtainFailedException e)
        {
            throw new IOException($"The index in '{path}' is locked: another process, or another SparseIndex in this one, is writing to it. Close that first, or open this one read-only.", e);
        }
        catch (IndexFormatTooNewException e)
        {
            throw new InvalidDataException($"The index in '{path}' was written by a newer version of Lucene or of this library; update this one to read it.", e);
        }
        catch (IndexFormatTooOldException e)
        {
            throw new InvalidDataException($"The index in '{path}' was written by a version of Lucene too old to read; index its texts anew.", e);
        }
        catch (Exception e) when (e is CorruptIndexException or EndOfStreamException or FileNotFoundException
            || (e is IOException && e.Message.StartsWith("checksum failed", StringComparison.Ordinal)))
        {
            throw new InvalidDataException($"The index in '{path}' is damaged ({FirstLine(e.Message)}); restore a backup or index its texts anew.", e);
        }
        catch (ArgumentException e) when (e.Message.Contains("SPI", StringComparison.Ordinal) || e.Message.Contains("does not exist", StringComparison.Ordinal))
        {
            throw new InvalidDataException($"The index in '{path}' uses a format that this library does not know ({FirstLine(e.Message)}).", e);
        }
    }

    /// <summary>Copies the files of a commit into an empty folder, the commit file last, and syncs them.</summary>
    /// <param name="source">Where the files are.</param>
    /// <param name="commit">The commit, whose files nobody may delete meanwhile.</param>
    /// <param name="target">The folder, which is empty or does not exist.</param>
    /// <returns>How many files.</returns>
    /// <exception cref="IOException">Copying failed, or a file is damaged; what was copied is removed.</exception>
    public static int Copy(CheckedDirectory source, IndexCommit commit, string target)
    {
        var done = new List<string>();
        bool existed = System.IO.Directory.Exists(target);
        using FSDirectory copy = FSDirectory.Open(target);
        try
        {
            foreach (string file in commit.FileNames.OrderBy(IsCommit).ThenBy(name => name, StringComparer.Ordinal))
            {
                if (!IsCommit(file))
                {
                    source.Verify(file);
                }

                done.Add(file);
                source.Copy(copy, file, file, IOContext.DEFAULT);
            }

            copy.Sync(done);
            return done.Count;
        }
        catch (IOException)
        {
            foreach (string file in done)
            {
                File.Delete(Path.Combine(target, file));
            }

            if (!existed)
            {
                System.IO.Directory.Delete(target);
            }

            throw;
        }
    }

    /// <summary>Refuses a folder that a backup may not go to.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="IOException">It is a file or holds anything.</exception>
    public static void RequireEmpty(string path)
    {
        if (File.Exists(path) || (System.IO.Directory.Exists(path) && System.IO.Directory.EnumerateFileSystemEntries(path).Any()))
        {
            throw new IOException($"The backup needs a new or empty folder, and '{path}' is not; choose another.");
        }
    }

    private static bool IsCommit(string file) => file.StartsWith("segments_", StringComparison.Ordinal);

    private static string[] FileNames(string path) => System.IO.Directory.Exists(path)
        ? [.. System.IO.Directory.EnumerateFiles(path).Select(file => Path.GetFileName(file)!)]
        : [];

    // An index is committed empty as soon as it is made. Killed before that, a process leaves the lock file and a torn first commit.
    private static bool IsLeftover(string path, string[] files)
    {
        if (files.Length == 0 || files.Any(file => file is not (LockFile or FirstCommit)) || System.IO.Directory.EnumerateDirectories(path).Any())
        {
            return false;
        }

        if (!files.Contains(FirstCommit))
        {
            return true;
        }

        using FSDirectory directory = FSDirectory.Open(path);
        try
        {
            new SegmentInfos().Read(directory, FirstCommit);
            return false;
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            return true;
        }
    }

    private static string FirstLine(string message) => message.ReplaceLineEndings("\n").Split('\n')[0].TrimEnd('.');
}
