using Lucene.Net.Store;

namespace Sparse.Chaos;

/// <summary>A disk whose power goes at some operation: from then on everything fails, and what was not synced is anybody's guess.</summary>
/// <remarks>
/// Operations are creating, each write, closing, syncing each file, deleting. <see cref="Settle"/> makes the folder what a disk might be
/// found as: of a file that was not synced nothing, a part, or pages of zeros and of garbage; a deleted file back again, if nothing
/// was synced after. Safe for concurrent use.
/// </remarks>
/// <param name="folder">Where the files are; stays the caller's.</param>
/// <param name="lossAt">The operation, from 1 on, at which the power goes.</param>
/// <param name="ignoresSync">True for a disk that lies: to show that a campaign would notice.</param>
internal sealed class LossyDisk(FSDirectory folder, long lossAt, bool ignoresSync = false) : FilterDirectory(folder)
{
    private const int Page = 512;

    private readonly System.Threading.Lock _lock = new();
    private readonly HashSet<string> _unsynced = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (byte[] Bytes, bool IsSynced)> _deleted = new(StringComparer.Ordinal);
    private long _operations;

    /// <summary>Operations so far.</summary>
    public long Operations => Interlocked.Read(ref _operations);

    /// <summary>True once the power is gone.</summary>
    public bool IsOff => Operations >= lossAt;

    /// <inheritdoc/>
    public override IndexOutput CreateOutput(string name, IOContext context)
    {
        Count();
        lock (_lock)
        {
            _unsynced.Add(name);
            _deleted.Remove(name);
        }

        return new Output(this, base.CreateOutput(name, context));
    }

    /// <inheritdoc/>
    public override void Sync(ICollection<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        foreach (string name in names)
        {
            Count();
            if (!ignoresSync)
            {
                base.Sync([name]);
                lock (_lock)
                {
                    _unsynced.Remove(name);
                    _deleted.Clear();
                }
            }
        }
    }

    /// <inheritdoc/>
    public override void DeleteFile(string name)
    {
        Count();
        lock (_lock)
        {
            _deleted[name] = (File.ReadAllBytes(PathOf(name)), !_unsynced.Contains(name));
            _unsynced.Remove(name);
        }

        base.DeleteFile(name);
    }

    /// <summary>Makes the folder what it might be after the power is back. Nothing may be open.</summary>
    /// <param name="random">Decides what became of each file.</param>
    public void Settle(Random random)
    {
        foreach ((string name, (byte[] bytes, bool isSynced)) in _deleted.OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            if (random.Next(2) == 0 && !File.Exists(PathOf(name)))
            {
                File.WriteAllBytes(PathOf(name), bytes);
                if (!isSynced)
                {
                    _unsynced.Add(name);
                }
            }
        }

        foreach (string path in _unsynced.Order(StringComparer.Ordinal).Select(PathOf).Where(File.Exists))
        {
            Tear(path, random);
        }
    }

    private static void Tear(string path, Random random)
    {
        byte[] bytes = File.ReadAllBytes(path);
        switch (random.Next(5))
        {
            case 0:
                File.Delete(path);
                return;
            case 1:
                bytes = bytes[..random.Next(bytes.Length + 1)];
                break;
            case 2:
                bytes = bytes[..(random.Next(bytes.Length / Page + 1) * Page)];
                break;
            case 3:
                for (int at = 0; at < bytes.Length; at += Page)
                {
                    Span<byte> page = bytes.AsSpan(at, Math.Min(Page, bytes.Length - at));
                    switch (random.Next(3))
                    {
                        case 0:
                            page.Clear();
                            break;
                        case 1:
                            random.NextBytes(page);
                            break;
                        default:
                            break;
                    }
                }

                break;
            default:
                return;
        }

        File.WriteAllBytes(path, bytes);
    }

    private string PathOf(string name) => Path.Combine(folder.Directory.FullName, name);

    private void Count()
    {
        if (Interlocked.Increment(ref _operations) >= lossAt)
        {
            throw new IOException("The power is gone");
        }
    }

    private sealed class Output(LossyDisk disk, IndexOutput inner) : IndexOutput
    {
        public override long Length
        {
            get => inner.Length;
            set => inner.Length = value;
        }

        public override long Checksum => inner.Checksum;

        public override long Position => inner.Position;

        public override void WriteByte(byte b)
        {
            disk.Count();
            inner.WriteByte(b);
        }

        public override void WriteBytes(byte[] b, int offset, int length)
        {
            disk.Count();
            inner.WriteBytes(b, offset, length);
        }

        public override void Flush()
        {
            disk.Count();
            inner.Flush();
        }

        [Obsolete("As in the base class.")]
        public override void Seek(long pos) => inner.Seek(pos);

        protected override void Dispose(bool disposing)
        {
            // Closed either way, so that the folder can be removed; what it held is torn by Settle.
            inner.Dispose();
            disk.Count();
        }
    }
}
