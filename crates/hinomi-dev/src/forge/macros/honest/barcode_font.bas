Public Function BARCODE(ByVal s As String) As String
    ' コード39: 前後に * を付ける。検査数字は 43 で割った余り
    Const T As String = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"
    Dim i As Long, n As Long
    For i = 1 To Len(s)
        n = n + InStr(1, T, Mid(s, i, 1)) - 1
    Next i
    BARCODE = Chr(42) & s & Mid(T, (n Mod 43) + 1, 1) & Chr(42)
End Function
