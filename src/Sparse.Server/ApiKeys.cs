using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sparse.Server;

/// <summary>What a key lets its holder do.</summary>
internal enum Access
{
    /// <summary>Search and look.</summary>
    Read,

    /// <summary>Change documents too.</summary>
    Write,
}

/// <summary>A key as it is kept: its SHA-256, which is enough for 32 random bytes.</summary>
/// <param name="Name">Whose it is.</param>
/// <param name="Access">What it allows.</param>
/// <param name="Sha256">Hash of the key, lower-case hexadecimal.</param>
internal sealed record StoredKey(string Name, Access Access, string Sha256);

/// <summary>The keys of a server, read from a file that holds no key itself.</summary>
internal sealed class ApiKeys
{
    private readonly (Access Access, byte[] Hash)[] _keys;

    private ApiKeys(IEnumerable<StoredKey> keys) => _keys = [.. keys.Select(key => (key.Access, Convert.FromHexString(key.Sha256)))];

    /// <summary>Reads the file.</summary>
    /// <param name="path">What <see cref="Create"/> wrote.</param>
    /// <exception cref="InvalidDataException">It holds no keys or is broken.</exception>
    public static ApiKeys Read(string path)
    {
        try
        {
            StoredKey[] keys = ReadStored(path);
            return keys.Length > 0 ? new ApiKeys(keys) : throw new InvalidDataException($"'{path}' holds no key; 'sparse key NAME --keys FILE' adds one.");
        }
        catch (FormatException error)
        {
            throw new InvalidDataException($"'{path}' has a hash that is not hexadecimal.", error);
        }
    }

    /// <summary>Makes a key and keeps its hash in the file.</summary>
    /// <param name="path">The file; made where it is missing.</param>
    /// <param name="name">Whose the key is.</param>
    /// <param name="access">What it allows.</param>
    /// <returns>The key, which nobody can read again.</returns>
    public static string Create(string path, string name, Access access)
    {
        StoredKey[] keys = File.Exists(path) ? ReadStored(path) : [];
        if (keys.Any(key => key.Name == name))
        {
            throw new ArgumentException($"'{path}' has a key named '{name}' already; choose another name, or delete its line.", nameof(name));
        }

        string made = "sparse-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        string draft = path + ".new";
        File.WriteAllText(draft, JsonSerializer.Serialize([.. keys, new StoredKey(name, access, Convert.ToHexStringLower(Hash(made)))], StoredKeyJson.Default.StoredKeyArray) + "\n");
        File.Move(draft, path, overwrite: true);
        return made;
    }

    /// <summary>What a key allows; null for a key that is not here. Takes the same time for any key.</summary>
    /// <param name="key">What a request showed.</param>
    public Access? Find(string key)
    {
        byte[] hash = Hash(key);
        Access? found = null;
        foreach ((Access access, byte[] kept) in _keys)
        {
            found = CryptographicOperations.FixedTimeEquals(hash, kept) ? access : found;
        }

        return found;
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    private static StoredKey[] ReadStored(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), StoredKeyJson.Default.StoredKeyArray) ?? [];
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"'{path}' is not a file of keys: line {error.LineNumber + 1} is not what 'sparse key' writes.", error);
        }
    }
}

/// <summary>Generated at compile time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(StoredKey[]))]
internal sealed partial class StoredKeyJson : JsonSerializerContext;
