using Lucene.Net.Store;
using Lucene.Net.Util;
using Sparse.LuceneNet.Impacts;

namespace Sparse.LuceneNet.Postings.Version1;

/// <summary>Writes one term's postings in blocks.</summary>
internal sealed class ImpactBlockWriter(string segment, string field, SparseFieldFormat format, IndexOutput postings)
    : ImpactConsumer(segment, field, format, ImpactPostingsFormat1.BlockSize)
{
    private readonly byte[] _bytes = new byte[ImpactPostingsFormat1.BlockSize];
    private readonly byte[] _gaps = new byte[ImpactPostingsFormat1.BlockSize * 5];
    private int _lastBlockDoc;

    /// <inheritdoc/>
    public override void Start(BytesRef term)
    {
        base.Start(term);
        _lastBlockDoc = -1;
    }

    /// <summary>Writes what is left of the term.</summary>
    public void Finish()
    {
        if (Docs.Length > 0)
        {
            WriteBlock();
        }
    }

    /// <inheritdoc/>
    protected override void MakeRoom() => WriteBlock();

    private void WriteBlock()
    {
        int length = 0;
        int previous = _lastBlockDoc;
        foreach (int doc in Docs)
        {
            uint gap = (uint)(doc - previous - 1);
            for (; gap > 0x7F; gap >>= 7)
            {
                _gaps[length++] = (byte)((gap & 0x7F) | 0x80);
            }

            _gaps[length++] = (byte)gap;
            previous = doc;
        }

        postings.WriteVInt32(previous - _lastBlockDoc - 1);
        postings.WriteVInt32(length);
        Impacts.CopyTo(_bytes);
        postings.WriteBytes(_bytes, 0, Impacts.Length);
        postings.WriteBytes(_gaps, 0, length);
        _lastBlockDoc = previous;
        Clear();
    }
}
