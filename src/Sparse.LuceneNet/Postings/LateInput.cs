using Lucene.Net.Codecs;
using Lucene.Net.Store;

namespace Sparse.LuceneNet.Postings;

/// <summary>A large file that is verified when something between its header and its footer is first read.</summary>
/// <remarks>
/// Lucene reads headers and footers from the input that it opens, everything else mostly from clones: these are those of the file itself,
/// so that nothing is in the way of reading on.
/// </remarks>
internal sealed class LateInput(IndexInput file, Action verify) : IndexInput(file.ToString())
{
    // The longest header names a codec in 127 characters.
    private const int Header = 4 + 1 + 127 + 4;

    private bool _verified;

    /// <inheritdoc/>
    public override long Position => file.Position;

    /// <inheritdoc/>
    public override long Length => file.Length;

    /// <inheritdoc/>
    public override void Seek(long pos) => file.Seek(pos);

    /// <inheritdoc/>
    public override byte ReadByte()
    {
        Touch(1);
        return file.ReadByte();
    }

    /// <inheritdoc/>
    public override void ReadBytes(byte[] b, int offset, int len)
    {
        Touch(len);
        file.ReadBytes(b, offset, len);
    }

    /// <inheritdoc/>
    public override object Clone()
    {
        Verify();
        return file.Clone();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            file.Dispose();
        }
    }

    private void Touch(int bytes)
    {
        if (!_verified && file.Position + bytes > Header && file.Position < file.Length - CodecUtil.FooterLength())
        {
            Verify();
        }
    }

    private void Verify()
    {
        if (!_verified)
        {
            verify();
            _verified = true;
        }
    }
}
