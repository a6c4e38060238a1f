using Lucene.Net.Codecs;
using Lucene.Net.Codecs.Lucene46;
using Sparse.LuceneNet.Impacts;

namespace Sparse.LuceneNet.Postings;

/// <summary>Lucene's own 4.6 codec, but for the postings of the sparse fields it is told of.</summary>
/// <remarks>
/// Segments name the stock codec "Lucene46", and each sparse field names <see cref="ImpactPostingsFormat"/>; so a reader needs
/// nothing but that format's name, which <see cref="Register"/> makes known. Writers set it by <c>IndexWriterConfig.Codec</c>.
/// To use sparse fields inside a codec of your own, give it an <see cref="ImpactPostingsFormat"/> for those fields instead.
/// Immutable and safe for concurrent use.
/// </remarks>
[CodecName("Lucene46")]
public sealed class SparseCodec : Lucene46Codec
{
    private static readonly Lock Registration = new();
    private readonly Dictionary<string, ImpactPostingsFormat> _formats;

    static SparseCodec() => Register();

    /// <summary>Makes a codec for one sparse field.</summary>
    /// <param name="field">Name of the field.</param>
    /// <param name="format">Its scale and encoder.</param>
    public SparseCodec(string field, SparseFieldFormat format)
        : this(new Dictionary<string, SparseFieldFormat> { [field] = format })
    {
    }

    /// <summary>Makes a codec for any number of sparse fields; all other fields are Lucene's.</summary>
    /// <param name="fields">Field name → scale and encoder.</param>
    public SparseCodec(IReadOnlyDictionary<string, SparseFieldFormat> fields)
        : this(fields, int.MaxValue)
    {
    }

    /// <summary>Makes a codec that reorders documents at merges; all other fields are Lucene's.</summary>
    /// <param name="fields">Field name → scale and encoder.</param>
    /// <param name="reorderFrom">Merges to segments of at least so many documents put like documents next to each other, for
    /// faster searches; ≥ 1, never by default.</param>
    public SparseCodec(IReadOnlyDictionary<string, SparseFieldFormat> fields, int reorderFrom)
    {
        ArgumentNullException.ThrowIfNull(fields);

        // Fields of one format share one instance, and by that one pair of files in each segment.
        var shared = new Dictionary<SparseFieldFormat, ImpactPostingsFormat>();
        _formats = new Dictionary<string, ImpactPostingsFormat>(StringComparer.Ordinal);
        foreach ((string field, SparseFieldFormat format) in fields)
        {
            if (!shared.TryGetValue(format, out ImpactPostingsFormat? postings))
            {
                postings = new ImpactPostingsFormat(format, reorderFrom);
                shared.Add(format, postings);
            }

            _formats.Add(field, postings);
        }
    }

    /// <summary>Lets plain Lucene open indexes with sparse fields: call it once, before opening the first.</summary>
    /// <remarks>
    /// Wraps the current postings format factory: our names resolve here, all others where they did before. Safe to call again
    /// and from any thread; call it again after setting a factory of your own. Everything in this package calls it by itself.
    /// </remarks>
    public static void Register()
    {
        lock (Registration)
        {
            IPostingsFormatFactory current = PostingsFormat.GetPostingsFormatFactory();
            if (current is not SparsePostingsFormatFactory)
            {
                PostingsFormat.SetPostingsFormatFactory(new SparsePostingsFormatFactory(current));
            }
        }
    }

    /// <inheritdoc/>
    public override PostingsFormat GetPostingsFormatForField(string field) =>
        _formats.TryGetValue(field, out ImpactPostingsFormat? format) ? format : base.GetPostingsFormatForField(field);
}
