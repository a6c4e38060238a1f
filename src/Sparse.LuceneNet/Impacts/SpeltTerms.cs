using System.Text;
using Lucene.Net.Index;

namespace Sparse.LuceneNet.Impacts;

/// <summary>Terms as a <see cref="PackedVector"/> spells them: length, UTF-8 bytes. Half a surrogate pair becomes U+FFFD, as in any Lucene field.</summary>
internal sealed class SpeltTerms
{
    /// <summary>Bytes of <see cref="Bytes"/> that may be read past the last term.</summary>
    public const int Slack = 8;

    /// <summary>Spelt length of the longest term that Lucene takes.</summary>
    public static readonly int MaxLength = IndexWriter.MAX_TERM_LENGTH + 3;

    /// <summary>Spells terms.</summary>
    /// <param name="terms">The terms by id.</param>
    public SpeltTerms(IReadOnlyCollection<string> terms)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        Starts = new int[terms.Count + 1];
        int id = 0;
        foreach (string term in terms)
        {
            // BinaryWriter prefixes the length of the UTF-8 bytes in the same variable-length code as Lucene's VInt.
            writer.Write(term);
            Starts[++id] = (int)bytes.Length;
        }

        writer.Write(new byte[Slack]);
        Bytes = bytes.ToArray();
    }

    /// <summary>All terms, one after the other.</summary>
    public byte[] Bytes { get; }

    /// <summary>[terms + 1] where each begins.</summary>
    public int[] Starts { get; }

    /// <summary>Why a term is refused.</summary>
    /// <param name="length">Its spelt length.</param>
    public static ArgumentException TooLong(int length) =>
        new($"A term of the vector has {length - 3} bytes or more in UTF-8, and Lucene takes {IndexWriter.MAX_TERM_LENGTH} at most: use shorter terms.");
}
