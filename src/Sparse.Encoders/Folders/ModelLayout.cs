using System.Text.Json;

namespace Sparse.Encoders.Folders;

/// <summary>Where the parts of a sparse model lie in its folder: the plain layout, modules.json, or a Router with a query side of its own.</summary>
/// <remarks>Types are told by their last segment: sentence-transformers 5.4 moved them under ".modules.".</remarks>
internal sealed record ModelLayout
{
    private const string ModulesFile = "modules.json";

    /// <summary>Where a Router says what is whose.</summary>
    internal const string RouterFile = "router_config.json";

    /// <summary>The folder itself.</summary>
    internal required string Folder { get; init; }

    /// <summary>Where the encoder's files are looked for first; the folder itself is next.</summary>
    internal required string EncoderFolder { get; init; }

    /// <summary>The pooling's config.json; null in a folder without modules.json, which pools by max and relu.</summary>
    internal string? PoolingConfig { get; init; }

    /// <summary>Folder of the query side's table; null without a Router.</summary>
    internal string? QueryFolder { get; init; }

    /// <summary>The Router's configuration; null without a Router.</summary>
    internal string? RouterConfig { get; init; }

    /// <summary>Reads a folder.</summary>
    /// <exception cref="InvalidDataException">Its files name modules that are not supported, or are broken.</exception>
    internal static ModelLayout Read(string folder)
    {
        string modules = Path.Combine(folder, ModulesFile);
        if (!File.Exists(modules))
        {
            return new ModelLayout { Folder = folder, EncoderFolder = Path.GetFullPath(folder) };
        }

        JsonElement list = ModelJson.Read(modules);
        if (list.ValueKind != JsonValueKind.Array || list.EnumerateArray().Any(module => module.ValueKind != JsonValueKind.Object))
        {
            throw new InvalidDataException($"{modules} is not a list of modules.");
        }

        (string Type, string Path)[] found = [.. list.EnumerateArray().Select(module => (ModelJson.Text(module, "type"), ModelJson.Text(module, "path")))];
        return found is [var only] && LastSegment(only.Type) == "Router"
            ? ReadRouter(folder, Inside(folder, folder, only.Path, modules))
            : ReadDocumentSide(folder, folder, found, modules);
    }

    private static ModelLayout ReadRouter(string folder, string routerFolder)
    {
        string path = Path.Combine(routerFolder, RouterFile);
        if (!File.Exists(path))
        {
            throw new InvalidDataException($"{Path.Combine(folder, ModulesFile)} names a Router, but {ModelJson.Short(Path.GetRelativePath(folder, path))} is not there.");
        }

        JsonElement config = ModelJson.Read(path);
        JsonElement types = ModelJson.Get(config, "types"), structure = ModelJson.Get(config, "structure");
        (string Type, string Path)[] query = Route("query");
        if (query.Length != 1 || LastSegment(query[0].Type) is not ("SparseStaticEmbedding" or "IDF"))
        {
            throw new InvalidDataException(
                $"{path} routes queries through {Names(query)}; a SparseStaticEmbedding or IDF alone is supported.");
        }

        return ReadDocumentSide(folder, routerFolder, Route("document"), path) with
        {
            QueryFolder = Inside(folder, routerFolder, query[0].Path, path),
            RouterConfig = path,
        };

        (string Type, string Path)[] Route(string name)
        {
            JsonElement ids = ModelJson.Get(structure, name);
            if (ids.ValueKind != JsonValueKind.Array || ids.GetArrayLength() == 0 || ids.EnumerateArray().Any(id => id.ValueKind != JsonValueKind.String))
            {
                string routes = structure.ValueKind == JsonValueKind.Object ? string.Join(", ", structure.EnumerateObject().Select(route => route.Name)) : "none";
                throw new InvalidDataException($"{path} has no route '{name}'; 'query' and 'document' are needed, and it has {ModelJson.Short(routes)}.");
            }

            return [.. ids.EnumerateArray().Select(id => (ModelJson.Text(types, id.GetString()!), id.GetString()!))];
        }
    }

    private static ModelLayout ReadDocumentSide(string folder, string moduleFolder, (string Type, string Path)[] modules, string source)
    {
        string encoder = Path.GetFullPath(folder);
        string? pooling = null;
        foreach ((string type, string path) in modules)
        {
            switch (LastSegment(type))
            {
                case "MLMTransformer" or "Transformer":
                    encoder = Inside(folder, moduleFolder, path, source);
                    break;
                case "SpladePooling":
                    pooling = Path.Combine(Inside(folder, moduleFolder, path, source), "config.json");
                    break;
                default:
                    throw new InvalidDataException(
                        $"{source} names module type '{ModelJson.Short(type)}'; MLMTransformer or Transformer with SpladePooling is supported, alone or as the document side of a Router.");
            }
        }

        if (pooling is null)
        {
            throw new InvalidDataException($"{source} names no SpladePooling but {Names(modules)}: this is not a sparse model.");
        }

        return new ModelLayout { Folder = folder, EncoderFolder = encoder, PoolingConfig = Present(folder, pooling, source) };
    }

    /// <summary>A file that a list of modules leads to.</summary>
    /// <exception cref="InvalidDataException">It is not there.</exception>
    internal static string Present(string folder, string file, string source) => File.Exists(file) ? file
        : throw new InvalidDataException($"{source} names {ModelJson.Short(Path.GetRelativePath(folder, file))}, which is not there.");

    /// <summary>A module's folder; a model from elsewhere must not lead out of its own.</summary>
    /// <exception cref="InvalidDataException">The path leads out of the model's folder.</exception>
    internal static string Inside(string folder, string parent, string path, string source)
    {
        string root = Path.GetFullPath(folder);
        string full = path.Contains('\0', StringComparison.Ordinal) ? "" : Path.TrimEndingDirectorySeparator(Path.GetFullPath(Path.Combine(parent, path)));
        return full == Path.TrimEndingDirectorySeparator(root) || full.StartsWith(Path.TrimEndingDirectorySeparator(root) + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? full
            : throw new InvalidDataException($"{source} names the folder '{ModelJson.Short(path)}', which is not in {folder}.");
    }

    private static string Names((string Type, string Path)[] modules) => ModelJson.Short(string.Join(", ", modules.Select(module => $"'{LastSegment(module.Type)}'")));

    /// <summary>A class without its module.</summary>
    internal static string LastSegment(string type) => type[(type.LastIndexOf('.') + 1)..];
}
