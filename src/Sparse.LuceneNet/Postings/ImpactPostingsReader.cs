using System.Globalization;
using Lucene.Net.Codecs;
using Lucene.Net.Index;
using Lucene.Net.Store;
using Sparse.LuceneNet.Impacts;
using Sparse.LuceneNet.Postings.Version1;
using Sparse.LuceneNet.Postings.Version2;
using Sparse.Vectors;

namespace Sparse.LuceneNet.Postings;

/// <summary>Reads the sparse fields of one segment, in either version; see <see cref="ImpactPostingsFormat"/> for the files.</summary>
internal sealed class ImpactPostingsReader : FieldsProducer
{
    private readonly SortedDictionary<string, ImpactTerms> _fields = new(StringComparer.Ordinal);
    private readonly IndexInput _postings;

    public ImpactPostingsReader(SegmentReadState state, int oldest, int newest)
    {
        (int version, long postingsLength) = ReadDictionary(state, oldest, newest, out List<Func<IndexInput, ImpactTerms>> fields);
        string name = FileName(state, ImpactPostingsFormat.PostingsExtension);
        if (version < ImpactPostingsFormat.Version)
        {
            // No term has a checksum of its own.
            (state.Directory as CheckedDirectory)?.Require(name);
        }

        _postings = state.Directory.OpenInput(name, state.Context);
        try
        {
            if (_postings.Length != postingsLength)
            {
                throw new CorruptIndexException(
                    $"File {name} has {_postings.Length} bytes and its dictionary says {postingsLength}: it is truncated or another segment's; restore it from a backup.");
            }

            CheckHeader(_postings, name, ImpactPostingsFormat.PostingsCodec, version, version);
            CodecUtil.RetrieveChecksum(_postings);
            foreach (Func<IndexInput, ImpactTerms> open in fields)
            {
                ImpactTerms terms = open(_postings);
                _fields.Add(terms.Field, terms);
            }
        }
        catch
        {
            Dispose(true);
            throw;
        }
    }

    /// <inheritdoc/>
    public override int Count => _fields.Count;

    /// <inheritdoc/>
    public override IEnumerator<string> GetEnumerator() => _fields.Keys.GetEnumerator();

    /// <inheritdoc/>
    public override Terms? GetTerms(string field) => _fields.GetValueOrDefault(field);

    /// <inheritdoc/>
    public override long RamBytesUsed() => _fields.Values.Sum(terms => terms.RamBytesUsed);

    /// <inheritdoc/>
    public override void CheckIntegrity() => CodecUtil.ChecksumEntireFile(_postings);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _postings.Dispose();
            foreach (ImpactTerms terms in _fields.Values)
            {
                terms.Mapped?.Dispose();
            }
        }
    }

    private static string FileName(SegmentReadState state, string extension) =>
        IndexFileNames.SegmentFileName(state.SegmentInfo.Name, state.SegmentSuffix, extension);

    private static (int Version, long PostingsLength) ReadDictionary(SegmentReadState state, int oldest, int newest, out List<Func<IndexInput, ImpactTerms>> fields)
    {
        string name = FileName(state, ImpactPostingsFormat.DictionaryExtension);
        using IndexInput input = state.Directory.OpenInput(name, IOContext.READ_ONCE);
        int version = CheckHeader(input, name, ImpactPostingsFormat.DictionaryCodec, oldest, newest);
        CodecUtil.ChecksumEntireFile(input);
        long postingsLength = input.ReadVInt64();
        int fieldCount = ReadCount(input);
        fields = new List<Func<IndexInput, ImpactTerms>>(fieldCount);
        for (int i = 0; i < fieldCount; i++)
        {
            fields.Add(ReadField(state, input, version));
        }

        return (version, postingsLength);
    }

    private static Func<IndexInput, ImpactTerms> ReadField(SegmentReadState state, IndexInput input, int version)
    {
        long before = input.Position;
        int number = input.ReadVInt32();
        FieldInfo field = (number < 0 ? null : state.FieldInfos.FieldInfo(number)) ?? throw new CorruptIndexException($"{input} has field {number}, and the segment has none of this number.");
        float scale = BitConverter.Int32BitsToSingle(input.ReadInt32());
        EncoderIdentity? encoder = input.ReadByte() == 0
            ? null
            : new EncoderIdentity(input.ReadString(), input.ReadString(), input.ReadString(), input.ReadByte() == 1);
        if (!(scale > 0) || float.IsPositiveInfinity(scale))
        {
            throw new CorruptIndexException(string.Create(CultureInfo.InvariantCulture, $"{input} has scale {scale} for field '{field.Name}', and scales are finite and above 0."));
        }

        var format = new SparseFieldFormat(scale, encoder);
        int docCount = input.ReadVInt32();
        int termCount = ReadCount(input);
        long start = input.ReadVInt64();
        long length = version == ImpactPostingsFormat1.Version ? 0 : input.ReadVInt64();
        var dictionary = new ImpactDictionary(termCount, start);
        dictionary.Read(input, withLengths: version == ImpactPostingsFormat1.Version);
        long bytes = dictionary.PostingsBytes + length + input.Position - before;
        return postings => version == ImpactPostingsFormat1.Version
            ? new ImpactTerms(state.SegmentInfo, field, format, version, dictionary, docCount, bytes, postings, null)
            : new ImpactTerms(
                state.SegmentInfo, field, format, version, dictionary, docCount, bytes, null,
                MappedImpacts.Open(state.Directory, FileName(state, ImpactPostingsFormat.PostingsExtension), postings, start, length, version, state.SegmentInfo, field, dictionary));
    }

    /// <summary>Reads a number of things of which each takes a byte at least: the checksum of made-up bytes may be right.</summary>
    public static int ReadCount(IndexInput input)
    {
        int count = input.ReadVInt32();
        return count >= 0 && count <= input.Length - input.Position ? count : throw new CorruptIndexException($"{input} has a count of {count} at byte {input.Position} of {input.Length}.");
    }

    private static int CheckHeader(IndexInput input, string name, string codec, int oldest, int newest)
    {
        int least = CodecUtil.HeaderLength(codec) + CodecUtil.FooterLength();
        if (input.Length < least)
        {
            throw new CorruptIndexException($"File {name} has {input.Length} bytes and needs at least {least}: it is truncated; restore it from a backup.");
        }

        int version = CodecUtil.CheckHeader(input, codec, oldest, int.MaxValue);
        return version <= newest ? version : throw new IndexFormatTooNewException(
            $"{name}, written by a later release of Sparse.LuceneNet; update the package to read it", version, oldest, newest);
    }
}
