using Sparse.Formats.Vectors;
using Sparse.Vectors;

namespace Sparse.Cli.Vectors;

/// <summary>Reads several files of one format after each other, as collections in parts come.</summary>
internal sealed class JoinedVectorReader : VectorReader
{
    private readonly IReadOnlyList<string> _paths;
    private readonly VectorFormat _format;
    private readonly List<string> _losses = [];
    private VectorReader _reader;
    private int _at;

    /// <summary>Opens the first file.</summary>
    /// <param name="paths">At least one.</param>
    /// <param name="format">Their format.</param>
    /// <param name="terms">The terms of all.</param>
    public JoinedVectorReader(IReadOnlyList<string> paths, VectorFormat format, TermTable terms)
    {
        (_paths, _format, Terms) = (paths, format, terms);
        _reader = VectorPlace.Open(paths[0], format, terms);
    }

    internal override TermTable Terms { get; }

    internal override bool IsInteger => _reader.IsInteger;

    internal override double Scale => _reader.Scale;

    internal override EncoderIdentity? Encoder => _reader.Encoder;

    internal override double ShareRead => (_at + _reader.ShareRead) / _paths.Count;

    internal override IEnumerable<string> Losses => _losses.Concat(_reader.Losses).Distinct();

    internal override bool Read(VectorRow row)
    {
        while (!_reader.Read(row))
        {
            if (_at + 1 == _paths.Count)
            {
                return false;
            }

            _losses.AddRange(_reader.Losses);
            VectorReader next = VectorPlace.Open(_paths[_at + 1], _format, Terms);
            if (next.Scale != _reader.Scale || next.Encoder != _reader.Encoder)
            {
                next.Dispose();
                throw new BadInputException(_paths[_at + 1], 0, $"a value of 1 weighs {next.Scale} by encoder '{next.Encoder?.Name}', and {_reader.Scale} by '{_reader.Encoder?.Name}' in '{_paths[_at]}'; expected one scale and encoder for all files.");
            }

            _reader.Dispose();
            _reader = next;
            _at++;
        }

        return true;
    }

    public override void Dispose() => _reader.Dispose();
}
