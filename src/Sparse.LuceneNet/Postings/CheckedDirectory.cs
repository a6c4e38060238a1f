using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Hashing;
using Lucene.Net.Codecs;
using Lucene.Net.Index;
using Lucene.Net.Store;

namespace Sparse.LuceneNet.Postings;

/// <summary>A folder whose files are verified by the checksums in their footers before they are read, once each. Safe for concurrent use.</summary>
/// <remarks>
/// Lucene itself looks at them in CheckIndex and in some merges alone, so that a damaged byte of its files can be a wrong hit, a wrong text or any
/// exception at all. What is verified, and what was found: bench/results/faults.md. Files up to <see cref="Large"/> are verified when they are opened, larger ones when
/// something past their header is first read. Impact postings have a checksum a term, and are left out. Commits are verified too: Lucene parses
/// them first, and whatever it throws then keeps it from the commit before.
/// segments.gen only says again which commit is the newest; Lucene takes a torn one (5 of some 800 power losses, 2026-11-24) for a newer version's and gives
/// up, so that here there is none unless it is sound.
/// Files of Lucene before 4.8 have no footer, and are read as they are.
/// </remarks>
/// <param name="folder">The folder; disposed with this.</param>
/// <param name="large">Files of more bytes are verified late; tests make it small.</param>
internal sealed class CheckedDirectory(FSDirectory folder, long large = CheckedDirectory.Large) : FilterDirectory(folder)
{
    /// <summary>The most bytes of a file that is verified when it is opened. Chosen, not measured.</summary>
    public const long Large = 64L << 20;

    private readonly ConcurrentDictionary<string, bool> _verified = new(StringComparer.Ordinal);

    /// <summary>The folder.</summary>
    public FSDirectory Folder => folder;

    /// <inheritdoc/>
    public override IndexInput OpenInput(string name, IOContext context)
    {
        if (name == IndexFileNames.SEGMENTS_GEN && !IsSound(name))
        {
            throw new FileNotFoundException($"File {name} is damaged, and counts as none.", name);
        }

        if (name.StartsWith(IndexFileNames.SEGMENTS, StringComparison.Ordinal))
        {
            // Each time: it is read while it is being written, and by then has no footer.
            Verify(name);
        }
        else if (!HasChecksumsInside(name))
        {
            if (folder.FileLength(name) > large && !_verified.ContainsKey(name))
            {
                return new LateInput(base.OpenInput(name, context), () => Require(name));
            }

            Require(name);
        }

        return base.OpenInput(name, context);
    }

    /// <inheritdoc/>
    public override IndexInputSlicer CreateSlicer(string name, IOContext context)
    {
        Require(name);
        return base.CreateSlicer(name, context);
    }

    /// <inheritdoc/>
    public override IndexOutput CreateOutput(string name, IOContext context)
    {
        _verified.TryRemove(name, out _);
        return base.CreateOutput(name, context);
    }

    /// <inheritdoc/>
    public override void DeleteFile(string name)
    {
        _verified.TryRemove(name, out _);
        base.DeleteFile(name);
    }

    /// <summary>Verifies a whole file, the first time it is asked for.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="CorruptIndexException">Its bytes don't have the checksum in its footer.</exception>
    public void Require(string name)
    {
        if (!_verified.ContainsKey(name))
        {
            Verify(name);
            _verified.TryAdd(name, true);
        }
    }

    /// <summary>Verifies a whole file, as it is now.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="CorruptIndexException">Its bytes don't have the checksum in its footer.</exception>
    public void Verify(string name)
    {
        if (Footer(name) is (var found, var stored) && found != stored)
        {
            throw new CorruptIndexException($"File {name} has checksum {found:x8} and its footer says {stored:x8}; restore it from a backup.");
        }
    }

    private bool IsSound(string name) => Footer(name) is (var found, var stored) && found == stored;

    /// <summary>The checksum of a file's bytes and that in its footer; null where it has no footer.</summary>
    private (uint Found, long Stored)? Footer(string name)
    {
        using var file = new FileStream(Path.Combine(folder.Directory.FullName, name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        Span<byte> footer = stackalloc byte[2 * sizeof(long)];
        if (file.Length < footer.Length)
        {
            return null;
        }

        file.Seek(-footer.Length, SeekOrigin.End);
        file.ReadExactly(footer);
        if (BinaryPrimitives.ReadInt32BigEndian(footer) != CodecUtil.FOOTER_MAGIC)
        {
            return null;
        }

        // The footer's last 8 bytes are the checksum of everything before them.
        var checksum = new Crc32();
        long left = file.Length - sizeof(long);
        byte[] buffer = new byte[Math.Min(1 << 20, left)];
        file.Seek(0, SeekOrigin.Begin);
        for (int part; left > 0; left -= part)
        {
            part = (int)Math.Min(left, buffer.Length);
            file.ReadExactly(buffer, 0, part);
            checksum.Append(buffer.AsSpan(0, part));
        }

        return (checksum.GetCurrentHashAsUInt32(), BinaryPrimitives.ReadInt64BigEndian(footer[sizeof(long)..]));
    }

    // The dictionary's is verified with its header, for the reason that it may be newer.
    private static bool HasChecksumsInside(string name) =>
        name.EndsWith("." + ImpactPostingsFormat.PostingsExtension, StringComparison.Ordinal)
        || name.EndsWith("." + ImpactPostingsFormat.DictionaryExtension, StringComparison.Ordinal);
}
