using Lucene.Net.Store;
using Lock = Lucene.Net.Store.Lock;

namespace Sparse.LuceneNet.Storage;

/// <summary>Lucene's write lock as an exclusive lock of the operating system, freed by it when the process dies.</summary>
/// <remarks>
/// 2026-11-23: outside Windows, Lucene.NET 4.8's own NativeFSLockFactory opens write.lock with FileShare.Read, which .NET maps to a
/// shared flock there: two processes both "obtained" it and wrote over each other's commits. FileShare.None is an exclusive flock, and
/// fails beside a shared one, so a stock IndexWriter in another process and ours keep each other out too.
/// </remarks>
internal sealed class ExclusiveLockFactory : FSLockFactory
{
    /// <inheritdoc/>
    public override Lock MakeLock(string lockName) => new ExclusiveLock(PathOf(lockName));

    /// <inheritdoc/>
    public override void ClearLock(string lockName)
    {
        // The file means nothing without a process that holds it.
    }

    private string PathOf(string lockName) => Path.Combine(m_lockDir.FullName, LockPrefix is null ? lockName : $"{LockPrefix}-{lockName}");

    private sealed class ExclusiveLock(string path) : Lock
    {
        private FileStream? _file;

        public override bool Obtain()
        {
            if (_file is not null)
            {
                return false;
            }

            try
            {
                System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
                return true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Lucene tries again until its timeout, then tells this reason.
                FailureReason = e;
                return false;
            }
        }

        public override bool IsLocked()
        {
            if (_file is not null)
            {
                return true;
            }

            if (!File.Exists(path))
            {
                return false;
            }

            bool obtained = Obtain();
            Dispose(disposing: true);
            return !obtained;
        }

        // The file stays: were it deleted, a process could lock the old file and another one its successor.
        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _file?.Dispose();
                _file = null;
            }
        }
    }
}
